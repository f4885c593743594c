"""What PubMed knows of an article, as values."""

from __future__ import annotations

from typing import NamedTuple


class Author(NamedTuple):
    """Who wrote it: a person, or a group by its name alone."""

    name: str
    """The last name, or the group's."""
    initials: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.initials}".strip()


class Passage(NamedTuple):
    """A paragraph of the abstract, with the label that the journal gave it, if it gave one."""

    label: str
    text: str


class Withdrawal(NamedTuple):
    """That the article was retracted, and where this is told, as far as the record says."""

    where: str = ""
    pubmed_id: str = ""


class Record(NamedTuple):
    """An article."""

    pubmed_id: str
    title: str
    authors: tuple[Author, ...]
    journal: str
    """Its name in full."""
    journal_short: str
    """Its name as citations shorten it."""
    year: str
    volume: str
    issue: str
    pages: str
    doi: str
    language: str
    """Of the article itself, by MARC's three letters: abstracts are English or come with a translation."""
    types: tuple[str, ...]
    abstract: tuple[Passage, ...]
    withdrawal: Withdrawal | None = None
