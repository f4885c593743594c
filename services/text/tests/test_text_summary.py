"""An article is told in its own sentences: every section rests on one, and says what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import tostring

import pytest
from pydantic import ValidationError

from mediamill.errors import Permanent
from mediamill_media.text.papers.contract import Passage, Summarise, Summary
from mediamill_media.text.papers.figures import is_held
from mediamill_media.text.papers.orders import SUMMARY_SCHEMA, Summaries
from mediamill_media.text.papers.parts import told
from mediamill_media.text.papers.spoken import spoken
from mediamill_media.text.papers.summary import TELLING, summary_of
from mediamill_media.text.providers.orders import Unfit
from mediamill_testing.desk import DeskContext
from mediamill_testing.harness import Mill
from mediamill_testing.pubmed.server import articles
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import OpenAIServer
from mediamill_vendors.pubmed.reading import parse, records

WALKS = "90000001"


def asks() -> Iterator[tuple[str, Summarise]]:
    """Every article of the local PubMed that has an abstract."""
    for pubmed_id, element in articles().items():
        found = next(records(parse(_whole(element))), None)
        if found is not None and found.abstract:
            passages = tuple(Passage(label=part.label, text=part.text) for part in found.abstract)
            yield pubmed_id, Summarise(title=found.title, passages=passages)


def _whole(element: Any) -> bytes:
    return b"<PubmedArticleSet>" + tostring(element) + b"</PubmedArticleSet>"


EVERY = dict(asks())


@pytest.mark.parametrize("pubmed_id", EVERY)
def test_every_section_rests_on_a_sentence_of_the_article_and_draws_only_its_numbers(pubmed_id: str) -> None:
    ask = EVERY[pubmed_id]
    article = [" ".join(passage.text.split()) for passage in ask.passages]

    summary = summary_of(ask)

    assert 1 <= len(summary.sections) <= ask.sections
    assert all(any(section.source in text for text in article) for section in summary.sections)
    assert all(section.chart is None or is_held(section.chart, section.source) for section in summary.sections)
    assert summary.method == "extracted"
    assert summary == summary_of(ask)


def test_an_explainer_goes_from_why_to_what_it_means() -> None:
    sections = summary_of(EVERY[WALKS]).sections

    assert [section.part for section in sections] == ["background", "methods", "results", "results", "meaning"]
    assert [section.chart.type if section.chart else None for section in sections] == [
        *(None, "number", "icons", "change", None)
    ]
    assert sections[2].heading == "What they found"
    assert sections[2].label == "RESULTS"
    assert not any("Example Registry" in section.source for section in sections)


@pytest.mark.parametrize("sections", [1, 2, 12])
def test_there_are_as_many_sections_as_asked_for_and_as_the_article_has(sections: int) -> None:
    ask = EVERY[WALKS].model_copy(update={"sections": sections})

    found = summary_of(ask).sections

    assert len(found) == min(sections, len(told(ask.passages)))
    assert found[0].part == "results" if sections == 1 else found[-1].part == "meaning"


def test_a_plain_text_is_read_by_what_its_sentences_sound_like() -> None:
    text = (
        "Falls are common. We randomly assigned 64 adults to two groups. Falls fell from 12 before to 7 after.\n\n"
        "These results suggest that rails help."
    )

    summary = summary_of(Summarise(text=text))

    assert [section.part for section in summary.sections] == ["background", "methods", "results", "meaning"]
    assert summary.title == "Falls Are Common"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "We found less pain with A than with B (12.5% vs 19%; odds ratio, 0.62; 95% CI, 0.49-0.78).",
            "The researchers found less pain with A than with B, 12.5 percent versus 19 percent.",
        ),
        ("Events were pain (9%) and a cold (4%).", "Events were pain at 9 percent and a cold at 4 percent."),
        ("To compare A with B.", "The aim was to compare A with B."),
        (
            "The drug lowered the risk by 3% (95% CI, -8% to 13%; P=.58).",
            "The drug lowered the risk by 3 percent, a difference that chance could explain.",
        ),
        ("Pressure was ≥140 mm Hg in our group.", "Pressure was at least 140 millimetres of mercury in their group."),
        (
            "Cells rose to 10⁹/L, and CO₂ and β-carotene fell.",
            "Cells rose to 10 to the power of 9 or L, and CO2 and beta-carotene fell.",
        ),
        ("The score (SD 4.1; IQR 2-5) was 3·1 vs. 4·2.", "The score was 3.1 versus 4.2."),
    ],
)
def test_a_narrator_says_the_finding_and_not_its_statistics(sentence: str, said: str) -> None:
    assert spoken(sentence) == said


@pytest.mark.parametrize(
    "wrong", [{}, {"text": "  "}, {"text": "A b.", "passages": [{"text": "A b."}]}, {"passages": []}]
)
def test_one_text_is_needed_and_not_two(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="one of passages and text"):
        Summarise.model_validate(wrong)


def test_a_text_without_a_sentence_is_refused() -> None:
    with pytest.raises(Permanent, match="no sentence"):
        summary_of(Summarise(text="… — !"))


def test_hostile_texts_are_read_in_a_moment(desk: DeskContext) -> None:
    for piece in ("a" * 99_999, "( " * 49_999, "P<.05 " * 16_000, "1% of " * 16_000, "Mr. " * 24_000, "x. " * 33_000):
        TELLING.serve(desk, Summarise(text=f"It is so. {piece}"[:100_000], sections=1))


def written(**changes: Any) -> dict[str, Any]:
    figures = [{"label": "walkers", "shown": "58%"}, {"label": "others", "shown": "34%"}]
    chart = {"type": "icons", "title": "Good sleep", "figures": figures}
    section = {"part": "results", "narration": "More walkers slept well.", "source": 4, "image_prompt": "a bed"}
    return {"sections": [{**section, "chart": chart, **changes}]}


def test_what_a_model_writes_is_held_to_the_article() -> None:
    summary = Summaries().read(EVERY[WALKS], json.dumps(written()))

    (section,) = summary.sections
    assert section.source.startswith("After 12 weeks, good sleep was reported by 58%")
    assert section.chart is not None
    assert [figure.value for figure in section.chart.figures] == [58, 34]
    assert summary.method == "written"


@pytest.mark.parametrize(
    "wrong",
    [
        written(source=99),
        written(part="gossip"),
        written(chart={"type": "icons", "title": "", "figures": [{"label": "a", "shown": "59%"}]}),
        written(chart={"type": "change", "title": "", "figures": [{"label": "a", "shown": "58%"}]}),
        written(chart={"type": "number", "title": "", "figures": [{"label": "a", "shown": "many"}]}),
        {"sections": []},
        {"sections": written()["sections"] * 6},
        {"method": "written", "title": "x", "sections": []},
    ],
)
def test_a_source_or_number_that_the_article_does_not_hold_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        Summaries().read(EVERY[WALKS], json.dumps(wrong))


def test_another_mediamills_summary_is_read_as_it_is_and_checked() -> None:
    ours = summary_of(EVERY[WALKS]).model_dump(mode="json")

    assert Summaries().read(EVERY[WALKS], json.dumps(ours)) == Summary.model_validate(ours)
    with pytest.raises(Unfit, match="does not say"):
        Summaries().read(EVERY["90000010"], json.dumps(ours))


def test_a_model_is_shown_the_numbered_sentences_and_a_closed_schema() -> None:
    order = Summaries().order(EVERY[WALKS])

    assert "[4] RESULTS: After 12 weeks" in order.prompt
    assert order.schema == SUMMARY_SCHEMA
    assert "at most 5 sections" in order.system


def test_a_language_model_tells_it_where_the_chain_says_so(
    mill_of: Callable[[str], Mill], openai_vendor: OpenAIServer
) -> None:
    openai_vendor.catalogue["gpt-6-luna"] = Product(says=json.dumps(written()))
    mill = mill_of("text")

    job_id = mill.accept("text.summary", EVERY[WALKS].model_dump(mode="json"), provider="openai")
    mill.work_until_ended(job_id)

    job = mill.job(job_id)
    assert job.state == "succeeded", job.error
    assert job.output["sections"][0]["narration"] == "More walkers slept well."
    assert openai_vendor.bill.sales()[0].input["response_format"]["json_schema"]["strict"] is True
