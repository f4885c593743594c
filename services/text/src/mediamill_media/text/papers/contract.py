"""What ``text.article`` and ``text.summary`` take and give."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Answer, Ask, Contract

ChartType = Literal["icons", "bars", "change", "number"]
"""Shares of a hundred, lengths side by side, one value before and after, or a number by itself."""
Part = Literal["background", "question", "methods", "results", "limits", "meaning"]
"""What a section is in its article."""
Written = Literal["extracted", "written"]
"""How a summary came about: sentences of the article, or by a language model."""

CHARACTERS_A_TOKEN, TOKENS_A_SECTION, TOKENS_OF_ORDERS = 4, 260, 1500
"""What a section, and our own words to a model with its thoughts, come to, by rule of thumb."""


def _digits(value: object) -> object:
    """Take an id as a number too, and as people write it: ``PMID: 123``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip().removeprefix("PMID:").strip() if isinstance(value, str) else value


PubmedId = Annotated[
    str,
    BeforeValidator(_digits),
    Field(pattern=r"^[1-9][0-9]{0,8}$", description="A PubMed id: 1 to 9 digits.", examples=["90000001"]),
]


class FetchArticle(Ask):
    """Fetch an article's record and abstract from PubMed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pubmed_id": "90000001"}]})

    pubmed_id: PubmedId


class Citation(Contract):
    """Where an article is from."""

    pubmed_id: str = Field(description="Its PubMed id.")
    title: str = Field(description="Its title, without a full stop.")
    authors: tuple[str, ...] = Field(description="All authors, such as 'Marlowe I'; groups by their names.")
    journal: str = Field(description="The journal, in full.")
    year: str = Field(description="When it was published; empty where that is not known.")
    doi: str = Field(description="Its DOI; empty without one.")
    short: str = Field(description="One line for the screen: first authors, journal, year.")
    full: str = Field(description="As a list of references has it.")
    url: str = Field(description="Its page at PubMed.")


class Passage(Contract):
    """A paragraph of an abstract."""

    label: str = Field(default="", max_length=120, description="Its label, such as METHODS, where it has one.")
    text: str = Field(min_length=1, max_length=20_000, description="The paragraph.")


class Article(Answer):
    """An article with its abstract."""

    citation: Citation = Field(description="Where it is from.")
    passages: tuple[Passage, ...] = Field(min_length=1, description="The abstract, in order.")


class Summarise(Ask):
    """Tell what an article or abstract says, section by section, for an explainer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Evening walks and sleep in office workers",
                    "passages": [
                        {"label": "METHODS", "text": "We randomly assigned 412 office workers to two groups."},
                        {"label": "RESULTS", "text": "Good sleep was reported by 58% of participants who walked."},
                    ],
                    "sections": 2,
                },
                {"text": "Honey was put on 64 wounds. Healing took 9 days with honey compared with 12 days without."},
            ]
        }
    )

    title: str = Field(default="", max_length=1000, description="The article's title.")
    passages: tuple[Passage, ...] = Field(
        default=(), max_length=60, description="The article by paragraphs with their labels; instead of text."
    )
    text: str = Field(default="", max_length=100_000, description="The article as one text; instead of passages.")
    sections: int = Field(default=5, ge=1, le=12, description="At most so many; fewer where it has less to tell.")

    @model_validator(mode="after")
    def _has_one_text(self) -> Self:
        if bool(self.passages) == bool(self.text.strip()):
            raise ValueError("one of passages and text is needed, and not both")
        return self

    @property
    def all_passages(self) -> tuple[Passage, ...]:
        """The article as passages, however it was given."""
        if self.passages:
            return self.passages
        parts = (part.strip() for part in self.text.split("\n\n"))
        return tuple(Passage(text=part[at : at + 20_000]) for part in parts for at in range(0, len(part), 20_000))

    def units(self) -> Decimal:
        """Count thousands of tokens, read and written, at most."""
        read = sum(len(passage.text) for passage in self.passages) + len(self.text)
        tokens = Decimal(read) / CHARACTERS_A_TOKEN + self.sections * TOKENS_A_SECTION + TOKENS_OF_ORDERS
        return tokens / 1000


class Figure(Contract):
    """A number of the text, and what it is of."""

    label: str = Field(min_length=1, max_length=80, description="What it is of, in the text's words.")
    shown: str = Field(min_length=1, max_length=40, description="The number with its unit, exactly as the text has it.")
    value: float = Field(description="The same as a number.")


class Chart(Contract):
    """What is drawn of a sentence's numbers: of each, nothing but what the sentence says."""

    type: ChartType = Field(description="icons: shares of 100; bars: from zero; change: before, after; number: one.")
    title: str = Field(default="", max_length=120, description="What the numbers measure, where the text says it.")
    figures: tuple[Figure, ...] = Field(min_length=1, max_length=8, description="In the order of the sentence.")


class Section(Contract):
    """A step of the explanation."""

    part: Part = Field(description="What it is in the article.")
    heading: str = Field(min_length=1, max_length=60, description="What stands over it: 'What they found'.")
    narration: str = Field(min_length=1, max_length=1200, description="What a voice reads.")
    source: str = Field(min_length=1, max_length=4000, description="The sentence of the article that it rests on.")
    label: str = Field(default="", description="The label of the paragraph in which that stands.")
    chart: Chart | None = Field(default=None, description="Its numbers, where they can be drawn without guessing.")
    image_prompt: str = Field(min_length=1, max_length=4000, description="A picture, for where there is no chart.")


class Summary(Answer):
    """An article, told."""

    title: str = Field(description="The article's title, or its first words.")
    sections: tuple[Section, ...] = Field(min_length=1, max_length=12, description="In the order of the article.")
    method: Written = Field(description="How it was made.")


__all__ = ["Article", "Chart", "Citation", "FetchArticle", "Figure", "Passage", "Section", "Summarise", "Summary"]
