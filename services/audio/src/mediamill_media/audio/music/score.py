"""The composer: a mood, a length and a seed become notes.

Consonant by construction: pads, bass and arpeggio play chord tones only; the melody uses the mood's pentatonic scale
and takes a chord tone on every strong beat. The tempo bends by a few percent so that the last chord, the tonic, falls
where its ring and the fade just fit.
"""

from __future__ import annotations

import hashlib
import random
from typing import NamedTuple

from mediamill_media.audio.music.moods import STYLES, Loop, Style

NOTE_NAMES = ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")
_RING_S = 3.4
_HALF_BAR_BEATS = 2
_LOOP_BARS = 4
_LOOSENESS_S = 0.012


class Note(NamedTuple):
    """One note: who plays what, when, how long and how loud."""

    start_s: float
    seconds: float
    pitch: int
    """MIDI number; percussion ignores it."""
    level: float
    instrument: str


class Score(NamedTuple):
    """A whole piece."""

    seconds: float
    bpm: float
    key: str
    air: float
    notes: tuple[Note, ...]


class _Half(NamedTuple):
    """Half a bar: when it is, its chord, and how many parts play."""

    number: int
    start_s: float
    chord: tuple[int, ...]
    fullness: float

    @property
    def strong(self) -> bool:
        """Whether a bar begins here."""
        return self.number % 2 == 0


def compose(mood: str, seconds: float, seed: int | None) -> Score:
    """Write a piece: the same one for the same mood, length and seed."""
    style = STYLES[mood]
    chance = random.Random(hashlib.sha256(f"{mood}:{seed or 0}".encode()).digest())
    tonic = chance.choice(style.tonics)
    ring = min(_RING_S, seconds * 0.4)
    half_s = _HALF_BAR_BEATS * 60 / style.bpm
    count = max(1, round((seconds - ring) / half_s))
    beat_s = (seconds - ring) / count / _HALF_BAR_BEATS
    loops = chance.sample(style.loops, 2)
    halves = [
        _Half(index, index * beat_s * _HALF_BAR_BEATS, chord, _fullness(index, count))
        for index, chord in enumerate(_chords(style, tonic, loops, count))
    ]
    notes = [
        *_pads(halves, beat_s),
        *_bass(style, halves, beat_s),
        *_arpeggio(style, halves, beat_s, chance),
        *_melody(style, tonic, halves, beat_s, chance),
        *_drums(style, halves, beat_s, chance),
        *_ending(style, tonic, seconds - ring, ring),
    ]
    key = f"{NOTE_NAMES[tonic % 12]} {style.mode}"
    return Score(seconds, round(60 / beat_s, 1), key, style.air, tuple(sorted(notes)))


def _chords(style: Style, tonic: int, loops: list[Loop], count: int) -> list[tuple[int, ...]]:
    """Give the chord of every half bar: two loops in turn, four rounds each at most, and a dominant before the end."""
    chords = []
    for index in range(count):
        bar = index // 2
        loop = loops[1] if bar // (2 * _LOOP_BARS) % 3 == 1 else loops[0]  # A B A, eight bars each
        degree = loop[bar % _LOOP_BARS]
        if index == count - 1:
            degree = 4 if style.mode != "dorian" else 6
        elif index == 0:
            degree = 0
        chords.append(_triad(style, tonic, degree))
    return chords


def _triad(style: Style, tonic: int, degree: int) -> tuple[int, ...]:
    """Stack thirds on a degree: root, third, fifth and octave."""
    pitches = [
        tonic + style.scale[(degree + step) % 7] + 12 * ((degree + step) // 7)  # seven degrees
        for step in (0, 2, 4)
    ]
    third, fifth = pitches[1] - pitches[0], pitches[2] - pitches[0]
    root = pitches[0] - (12 if pitches[0] - tonic > 7 else 0)  # keep the roots within a fifth
    return root, root + third, root + max(fifth, 7), root + 12


def _fullness(index: int, count: int) -> float:
    """Tell how many parts play, 0 to 1: the piece opens, and breathes before each third part of sixteen bars."""
    bar = index // 2
    if count > 12 and bar % 24 in {16, 17, 18, 19}:  # the calm before the return
        return 0.4
    opening = min(4, max(1, count // 8))
    return min(1.0, 0.4 + 0.6 * bar / opening)


def _close(chord: tuple[int, ...]) -> list[int]:
    """Put a triad where pads sound well: between F3 and E4, so that voices move little from chord to chord."""
    return sorted(53 + (pitch - 53) % 12 for pitch in chord[:3])


def _pads(halves: list[_Half], beat_s: float) -> list[Note]:
    """Hold each chord until it changes."""
    notes = []
    begin = 0
    for half, following in zip(halves, [*halves[1:], None], strict=True):
        if following is not None and following.chord == half.chord:
            continue
        start = halves[begin].start_s
        length = half.start_s + _HALF_BAR_BEATS * beat_s - start
        notes += [Note(start, length, pitch, 0.9, "pad") for pitch in _close(half.chord)]
        begin = half.number + 1
    return notes


def _bass(style: Style, halves: list[_Half], beat_s: float) -> list[Note]:
    """Play the root, and in livelier moods the fifth after it."""
    notes = []
    for half in halves:
        if half.fullness < 0.5 or (len(style.bass_beats) == 1 and not half.strong):
            continue
        root = 36 + (half.chord[0] - 36) % 12
        fifth = root + 7 if root < 43 else root - 5  # stay under G2
        span = _HALF_BAR_BEATS * (2 if len(style.bass_beats) == 1 else 1)
        for number, beat in enumerate(style.bass_beats):
            pitch = fifth if number and not half.strong else root
            until = style.bass_beats[number + 1] if number + 1 < len(style.bass_beats) else span
            notes.append(Note(half.start_s + beat * beat_s, (until - beat) * beat_s, pitch, 1.0 - 0.2 * number, "bass"))
    return notes


def _arpeggio(style: Style, halves: list[_Half], beat_s: float, chance: random.Random) -> list[Note]:
    """Break each chord into eighths, a little loose."""
    notes = []
    for half in halves:
        if half.fullness < 0.4:
            continue
        for number, tone in enumerate(style.pattern):
            pitch = 60 + (half.chord[0] - 60) % 12 + half.chord[tone] - half.chord[0]
            pitch -= 12 if pitch > 76 else 0  # leave the treble to the melody
            start = half.start_s + number * beat_s / 2 + chance.uniform(0, _LOOSENESS_S)
            level = (0.9 if number == 0 else 0.65) * chance.uniform(0.85, 1.0)
            notes.append(Note(start, beat_s, pitch, level * (0.6 + 0.4 * half.fullness), style.arpeggio))
    return notes


_RHYTHMS: tuple[tuple[float, ...], ...] = ((0, 1, 1.5), (0, 0.5, 1), (0, 1.5), (0,), (0, 1), (0.5, 1, 1.5))


def _melody(style: Style, tonic: int, halves: list[_Half], beat_s: float, chance: random.Random) -> list[Note]:
    """Sing a motif of two bars, answer it, and rest every fourth bar."""
    scale = [
        pitch
        for pitch in range(12 * style.lead_octave + 7, 12 * style.lead_octave + 12 + 19)
        if (pitch - tonic) % 12 in style.pentatonic
    ]
    motifs = [[(chance.choice(_RHYTHMS), chance.choice((-2, -1, 1, 1, 2))) for _ in range(4)] for _ in range(2)]
    notes: list[Note] = []
    place = len(scale) // 2
    for half in halves:
        bar = half.number // 2
        resting = bar % _LOOP_BARS == _LOOP_BARS - 1 and not half.strong
        if half.fullness < 0.7 or resting or half.number == len(halves) - 1:
            continue
        rhythm, step = motifs[bar // _LOOP_BARS % 4 == 2][half.number % 4]  # A A B A
        beats = [*rhythm, float(_HALF_BAR_BEATS)]
        for number, beat in enumerate(rhythm):
            wish = place + (step if number % 2 else -step if number else 0)
            place = _nearest(scale, wish, half.chord if beat in {0, 1} else None)
            start = half.start_s + beat * beat_s + chance.uniform(0, _LOOSENESS_S)
            length = (beats[number + 1] - beat) * beat_s
            notes.append(Note(start, length, scale[place], chance.uniform(0.75, 1.0), style.lead))
        place = min(
            max(place + (1 if place < len(scale) // 2 else -1 if place > len(scale) * 2 // 3 else 0), 0), len(scale) - 1
        )
    return notes


def _nearest(scale: list[int], wish: int, chord: tuple[int, ...] | None) -> int:
    """Give the place in the scale nearest to the wish, among the chord's tones if there is a chord to fit."""
    inside = min(max(wish, 0), len(scale) - 1)
    if chord is None:
        return inside
    tones = {pitch % 12 for pitch in chord}
    fitting = [place for place, pitch in enumerate(scale) if pitch % 12 in tones]
    return min(fitting or [inside], key=lambda place: abs(place - inside))


_BEATS: dict[str, tuple[tuple[str, tuple[float, ...], float], ...]] = {
    "toms": (("kick", (0,), 0.8), ("tom", (1, 1.5), 0.55), ("shaker", (0.5, 1, 1.5), 0.35)),
    "shaker": (("kick", (0,), 0.6), ("shaker", (0, 0.5, 1, 1.5), 0.5), ("rim", (1,), 0.5)),
    "ticks": (("kick", (0,), 0.5), ("tick", (0.5, 1, 1.5), 0.4)),
}


def _drums(style: Style, halves: list[_Half], beat_s: float, chance: random.Random) -> list[Note]:
    """Keep time, lightly, once the piece is open."""
    return [
        Note(half.start_s + beat * beat_s + chance.uniform(0, 0.004), beat_s, 0, level * chance.uniform(0.8, 1), name)
        for half in halves
        if half.fullness >= 1
        for name, beats, level in _BEATS.get(style.drums, ())
        for beat in beats
    ]


def _ending(style: Style, tonic: int, start_s: float, ring_s: float) -> list[Note]:
    """Come home: the tonic chord, spread from below, left to ring."""
    chord = _triad(style, tonic, 0)
    spread = min(0.07, ring_s / 20)
    notes = [Note(start_s, ring_s, 36 + (chord[0] - 36) % 12, 1.0, "bass")]
    notes += [Note(start_s, ring_s, pitch, 0.9, "pad") for pitch in _close(chord)]
    notes += [
        Note(
            start_s + spread * number,
            ring_s - spread * number,
            60 + (chord[0] - 60) % 12 + interval,
            0.8,
            style.arpeggio,
        )
        for number, interval in enumerate((0, chord[1] - chord[0], 7, 12))
    ]
    top = 12 * style.lead_octave + 12 + tonic % 12
    return [*notes, Note(start_s + 4 * spread, ring_s - 4 * spread, top, 0.85, style.lead)]
