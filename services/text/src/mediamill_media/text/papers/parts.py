"""Tells what each part of an abstract is, by the journal's label or by what a sentence sounds like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mediamill_media.text.papers.contract import Part, Passage
from mediamill_media.text.reading.sentences import split

HEADINGS: dict[Part, str] = {
    "background": "Why it matters",
    "question": "The question",
    "methods": "What they did",
    "results": "What they found",
    "limits": "What to keep in mind",
    "meaning": "What it means",
}
_DROPPED = re.compile(r"REGIST|FUND|KEY ?WORD|CONFLICT|DISCLOS|COPYRIGHT|ETHIC|CLINICALTRIALS|IDENTIFIER|SUPPLEMENT")
_LABELS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("limits", re.compile(r"LIMITATION")),
    ("meaning", re.compile(r"CONCLU|INTERPRET|DISCUSS|RELEVANCE|IMPLICATION|SIGNIFICANCE|MEANING")),
    ("results", re.compile(r"RESULT|FINDING|SYNTHESIS")),
    ("background", re.compile(r"BACKGROUND|INTRODUC|IMPORTANCE|CONTEXT|RATIONALE")),
    ("question", re.compile(r"OBJECTIVE|\bAIM|PURPOSE|GOAL|HYPOTHES|QUESTION")),
    (
        "methods",
        re.compile(
            r"METHOD|DESIGN|SETTING|PARTICIPANT|PATIENT|INTERVENTION|EXPOSURE|MEASURE|OUTCOME|SOURCE|"
            r"SELECTION|EXTRACTION|MATERIAL|PROCEDURE|ANALYS|SAMPLE"
        ),
    ),
)
_SOUNDS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("limits", re.compile(r"\blimitations?\b", re.IGNORECASE)),
    (
        "question",
        re.compile(
            r"\b(?:aim|objective|purpose|goal)s?\b|\bwe (?:asked|sought|aimed)\b|\bto (?:determine|assess|evaluate|"
            r"examine|investigate|find out|test whether|explore|describe|compare)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "meaning",
        re.compile(
            r"\bconclu\w+|\b(?:these|our) (?:results|findings|data) (?:suggest|indicate|show|support)|"
            r"\bimpl(?:y|ies|ications?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "methods",
        re.compile(
            r"\b(?:we|were|was) (?:\w+ly )?(?:randomi[sz]ed|assigned|allocated|recruited|enrolled|interviewed|surveyed|"
            r"studied|analysed|analyzed|compared|measured|taught|followed|searched|reviewed|put on)\b",
            re.IGNORECASE,
        ),
    ),
)
_OUTCOME = re.compile(
    r"\d|\b(?:higher|lower|more|fewer|less|increase|decrease|improve|reduce|differ|associated)", re.IGNORECASE
)


class Told(NamedTuple):
    """A sentence of the article, exactly as it stands there, and where."""

    text: str
    part: Part
    label: str
    place: int
    """Its number among all sentences."""


def told(passages: tuple[Passage, ...]) -> list[Told]:
    """Give the sentences that tell of the study; registrations, funding and keywords do not."""
    sentences = [(passage.label, sentence) for passage in passages for sentence in _sentences(passage)]
    kept = [(label, sentence) for label, sentence in sentences if not _DROPPED.search(label.upper())] or sentences
    return [
        Told(sentence, part_of(label) or _sounds_like(sentence, at, len(kept)), label, at)
        for at, (label, sentence) in enumerate(kept)
    ]


def part_of(label: str) -> Part | None:
    """Give what a label stands for; nothing for one that tells nothing."""
    return next((part for part, words in _LABELS if words.search(label.upper())), None)


def _sentences(passage: Passage) -> Iterator[str]:
    """Give a passage's sentences as they stand in it: ``split`` closes a last one that the article left open."""
    text = " ".join(passage.text.split())
    for sentence in split(text):
        whole = sentence if sentence in text else sentence[:-1]
        if whole in text and re.search(r"\w", whole):
            yield whole


def _sounds_like(sentence: str, at: int, total: int) -> Part:
    """Guess by the words, and where they say nothing by the place: first why, then how and what, last what it means."""
    is_last = at == total - 1 and total > 1
    for part, words in _SOUNDS:
        if words.search(sentence) and not (part == "methods" and is_last):
            return part
    if is_last:
        return "meaning"
    if at == 0 and total > 2 and not re.search(r"\d", sentence):
        return "background"
    return "results" if _OUTCOME.search(sentence) else "background" if at < total / 3 else "results"
