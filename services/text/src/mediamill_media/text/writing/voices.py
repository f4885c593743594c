"""How a voice speaks: what its words come to, and how it begins."""

from __future__ import annotations

import re

from mediamill_media.text.contract import Tone
from mediamill_media.text.writing.phrases import table


def manner_of(voice: str | None) -> str | None:
    """Give the manner that a voice's words come to, the one that they name first; nothing if they name none."""
    words: dict[str, str] = table("voices")["words"]
    found = {manner: re.search(rf"\b(?:{pattern})\b", (voice or "").lower()) for manner, pattern in words.items()}
    named = {manner: match.start() for manner, match in found.items() if match}
    return min(named, key=lambda manner: named[manner], default=None)


def usual_openings(tone: Tone) -> list[str]:
    """Give the wordings with which films of a sort begin."""
    wordings: list[str] = table("lines")[tone if tone != "story" else "explainer"]["first"]
    return wordings


def openings_of(voice: str | None, tone: Tone) -> list[str]:
    """Give the wordings with which a voice begins an ad; the usual ones where it is none, or nothing is known of it."""
    manner = manner_of(voice)
    if manner is None or tone != "ad":
        return usual_openings(tone)
    wordings: list[str] = table("voices")[manner]["first"]
    return wordings
