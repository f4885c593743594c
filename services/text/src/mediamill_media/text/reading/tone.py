"""Tells what sort of film a brief asks for, and the mood of its music."""

from __future__ import annotations

import re

from mediamill_media.text.contract import Mood, Tone
from mediamill_media.text.reading.tables import table

_TONES: dict[Tone, str] = table("cues")["tones"]
_MOODS: dict[Mood, str] = table("cues")["moods"]
_USUAL: dict[Tone, Mood] = {"story": "calm", "ad": "happy", "explainer": "science", "recap": "happy"}


def tone_of(brief: str, headings: str) -> Tone:
    """Weigh the words of a brief; what stands in headings and in the first line counts three times."""
    first = brief.strip().split("\n", 1)[0][:200]
    weighed = {tone: _hits(words, brief) + 2 * _hits(words, f"{headings} {first}") for tone, words in _TONES.items()}
    best = max(weighed, key=lambda tone: weighed[tone])
    return best if weighed[best] else "story"


def mood_of(brief: str, tone: Tone) -> Mood:
    """Give the mood whose words come up most; explainers stay sober and ads never turn eerie."""
    if tone == "explainer":
        return "science"
    allowed: tuple[Mood, ...] = (
        ("adventure", "mystery", "happy", "calm") if tone == "story" else ("happy", "calm", "adventure")
    )
    weighed = {mood: _hits(_MOODS[mood], brief) + (mood == _USUAL[tone]) for mood in allowed}
    return max(allowed, key=lambda mood: weighed[mood])


def _hits(words: str, text: str) -> int:
    """Count different words rather than repeats, so that one subject does not decide alone."""
    found = re.findall(rf"\b(?:{words})(?![\w])", text.lower())
    return len(set(found)) + min(2, (len(found) - len(set(found))) // 2)
