"""What a mood means: tempo, mode, harmony and who plays."""

from __future__ import annotations

from typing import NamedTuple

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)

Loop = tuple[int, ...]
"""Scale degrees of four bars' chords, counted from 0."""


class Style(NamedTuple):
    """How a piece in a mood is made."""

    bpm: float
    mode: str
    scale: tuple[int, ...]
    pentatonic: tuple[int, ...]
    tonics: tuple[int, ...]
    loops: tuple[Loop, ...]
    lead: str
    arpeggio: str
    pattern: tuple[int, ...]
    """Which chord tones the arpeggio plays on the eighths of half a bar."""
    bass_beats: tuple[float, ...]
    drums: str = ""
    lead_octave: int = 5
    air: float = 1.0
    """How much of the room is heard."""


_MAJOR_FIVE = (0, 2, 4, 7, 9)
_MINOR_FIVE = (0, 3, 5, 7, 10)

STYLES: dict[str, Style] = {
    "calm": Style(
        bpm=66, mode="major", scale=MAJOR, pentatonic=_MAJOR_FIVE, tonics=(48, 50, 53, 55),
        loops=((0, 5, 3, 4), (0, 2, 3, 4), (3, 0, 5, 4), (0, 3, 5, 3)),
        lead="vibraphone", arpeggio="harp", pattern=(0, 1, 2, 3), bass_beats=(0,), air=1.3,
    ),
    "adventure": Style(
        bpm=104, mode="major", scale=MAJOR, pentatonic=_MAJOR_FIVE, tonics=(48, 50, 52, 55),
        loops=((0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 5, 4), (0, 2, 5, 3)),
        lead="flute", arpeggio="pizzicato", pattern=(0, 2, 1, 2), bass_beats=(0, 1.5), drums="toms",
    ),
    "mystery": Style(
        bpm=76, mode="minor", scale=MINOR, pentatonic=_MINOR_FIVE, tonics=(45, 47, 50, 52),
        loops=((0, 5, 3, 4), (0, 3, 5, 4), (0, 2, 5, 3), (0, 6, 5, 4)),
        lead="celesta", arpeggio="harp", pattern=(0, 2, 3, 1), bass_beats=(0,), air=1.5,
    ),
    "happy": Style(
        bpm=112, mode="major", scale=MAJOR, pentatonic=_MAJOR_FIVE, tonics=(48, 50, 53, 55),
        loops=((0, 5, 3, 4), (0, 3, 0, 4), (0, 4, 3, 4), (3, 4, 0, 5)),
        lead="marimba", arpeggio="guitar", pattern=(0, 2, 1, 3), bass_beats=(0, 1), drums="shaker", air=0.7,
    ),
    "science": Style(
        bpm=92, mode="dorian", scale=DORIAN, pentatonic=_MINOR_FIVE, tonics=(45, 48, 50, 52),
        loops=((0, 3, 0, 6), (0, 6, 3, 0), (0, 2, 3, 6), (2, 6, 0, 3)),
        lead="electric", arpeggio="glass", pattern=(0, 1, 3, 2), bass_beats=(0, 1.5), drums="ticks", air=0.9,
    ),
}  # fmt: skip
