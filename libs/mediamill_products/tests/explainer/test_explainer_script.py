"""What an explainer says and shows, and when: its charts appear as they are told, its source stands over all of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from mediamill.timeline import Timeline, assets_of
from mediamill_products.explainer.contract import Explain
from mediamill_products.explainer.cut import REVEAL_S, Reel, Shown, Tag, timeline
from mediamill_products.explainer.script import Article, Summary, drawing, scenes_of, tag
from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import storyboard

FPS = 25
ASSET = "0190a5c8-7c1e-7000-8000-0000000000{:02}"
CITATION = {
    "pubmed_id": "90000001",
    "title": "Evening walks",
    "authors": ["Marlowe I"],
    "journal": "Example Journal",
    "year": "2024",
    "doi": "10.5555/1",
    "short": "Marlowe I. Ex J. 2024",
    "full": "Marlowe I. Evening walks. Ex J. 2024. PMID: 90000001.",
    "url": "https://pubmed.ncbi.nlm.nih.gov/90000001/",
}
CHART = {"type": "bars", "title": "Sleep", "figures": [{"label": "a", "shown": "3.1 h", "value": 3.1}] * 2}
SECTION = {"heading": "What they found", "narration": "They slept.", "source": "We slept.", "image_prompt": "a bed"}


def article(**changes: Any) -> Article:
    return Article.model_validate(
        {"citation": {**CITATION, **changes}, "passages": [{"label": "", "text": "We slept."}]}
    )


def summary(*charts: dict[str, Any] | None, method: str = "extracted") -> Summary:
    return Summary.model_validate(
        {"title": "x", "method": method, "sections": [{**SECTION, "chart": chart} for chart in charts]}
    )


def declared(shown: list[Shown], size: tuple[int, int] = (320, 240)) -> Timeline:
    word = {"text": "so", "start_s": 0.1, "end_s": 0.5}
    made = {"id": ASSET.format(90), "role": "speech", "media_type": "audio/wav", "bytes": 1, "sha256": "0"}
    speeches = [Speech.model_validate({"assets": [made], "words": [word], "duration_s": 1.0})] * len(shown)
    shots = storyboard([1.0] * len(shown), FPS)
    box = {"x": 0.07, "y": 0.02, "width": 0.86, "height": 0.1}
    reel = Reel(list(zip(shots, speeches, strict=True)), shown, Tag(ASSET.format(92), box), ASSET.format(91))
    return Timeline.model_validate(timeline(reel, size, FPS, captions=True))


def test_the_scenes_are_the_title_the_sections_and_the_source() -> None:
    scenes = scenes_of(article(), summary(CHART, None))

    assert [scene.heading for scene in scenes] == ["The study", "What they found", "What they found", "Source"]
    assert scenes[0].narration == "Evening walks. Example Journal, 2024."
    assert scenes[0].drawing is not None
    assert scenes[0].drawing["lines"][-1] == "PMID 90000001 · doi:10.5555/1"
    assert scenes[1].charted == ("3.1 h", "3.1 h")
    assert (scenes[2].drawing, scenes[2].prompt, scenes[2].source) == (None, "a bed", "We slept.")
    assert scenes[3].drawing is not None
    assert CITATION["full"] in scenes[3].drawing["lines"]
    assert "no medical advice" in scenes[3].narration


def test_what_a_language_model_wrote_is_said_to_be_its_words() -> None:
    assert "words of a language model" in scenes_of(article(), summary(None, method="written"))[-1].narration


def test_what_is_not_known_of_an_article_is_not_said() -> None:
    cited = article(title="Who sleeps?", year="", journal="", doi="", authors=[f"A{n} B" for n in range(9)])

    first = scenes_of(cited, summary(None))[0]

    assert first.narration == "Who sleeps?"
    assert first.drawing is not None
    assert first.drawing["lines"] == ["A0 B, A1 B, A2 B, A3 B, A4 B, and 4 others", "PMID 90000001"]


def test_a_word_that_nobody_can_read_is_cut() -> None:
    scene = scenes_of(article(title="x" * 500), summary(None))[0]

    assert max(map(len, scene.narration.split())) <= 101


def test_drawings_have_the_films_size_and_theme() -> None:
    ask = Explain.model_validate({"pubmed_id": 1, "size": "720x1280", "theme": "dark"})

    asked = drawing(scenes_of(article(), summary(CHART))[1], ask)

    assert (asked["size"], asked["theme"], asked["type"]) == ((720, 1280), "dark", "bars")


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1080, 1080), (240, 240)])
def test_the_tag_has_the_shape_of_its_place_and_lies_above_what_is_drawn(size: tuple[int, int]) -> None:
    asked, box = tag(article().citation, size)

    width, height = asked["size"]
    assert asked["title"] == "PMID 90000001 · Marlowe I. Ex J. 2024"
    assert width / height == pytest.approx(box["width"] * size[0] / (box["height"] * size[1]), rel=0.02)
    assert box["y"] + box["height"] < 0.17


def test_a_charts_numbers_appear_after_its_first_word_and_nothing_overlaps() -> None:
    film = declared([Shown(ASSET.format(1)), Shown(ASSET.format(2), ASSET.format(3)), Shown(ASSET.format(4))])

    first, stage, whole, last = film.tracks[0].items
    shots = storyboard([1.0] * 3, FPS)
    assert [item.asset for item in (first, stage, whole, last)] == [ASSET.format(n) for n in (1, 3, 2, 4)]
    assert shots[1].speech_at_s < whole.start_s < shots[1].speech_at_s + 1
    assert whole.transition_in is not None
    assert whole.transition_in.seconds == pytest.approx(REVEAL_S, abs=1 / FPS)
    assert whole.start_s + (whole.length_s or 0) == pytest.approx(shots[1].end_s, abs=1e-5)
    for before, after in pairwise((first, stage, whole, last)):
        assert before.start_s + (before.length_s or 0) == pytest.approx(after.start_s + after.lead_s, abs=1e-5)


def test_the_source_stands_from_the_end_of_the_title_to_the_page_that_tells_it() -> None:
    film = declared([Shown(ASSET.format(1)), Shown(ASSET.format(2)), Shown(ASSET.format(4))])

    (item,) = film.tracks[1].items
    shots = storyboard([1.0] * 3, FPS)
    assert (film.tracks[1].type, item.asset) == ("image", ASSET.format(92))
    assert (item.start_s, item.start_s + (item.length_s or 0)) == (
        shots[0].end_s,
        pytest.approx(shots[-1].start_s, abs=1e-5),
    )
    assert len(assets_of(film)) == 6


@pytest.mark.parametrize("wrong", [{"size": "641x360"}, {"size": "100x100"}, {"pubmed_id": "x"}, {"sections": 0}])
def test_what_cannot_be_filmed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Explain.model_validate({"pubmed_id": "1", **wrong})
