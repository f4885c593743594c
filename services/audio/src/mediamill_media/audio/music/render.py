"""The performance: a score becomes sound, note by note, in a room."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from mediamill_media.audio.music.instruments import ORCHESTRA, Instrument, Wave, play
from mediamill_media.audio.music.percussion import PLACES, hit
from mediamill_media.audio.music.room import reverberate
from mediamill_media.audio.music.score import Note, Score
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.files import canvas

Done = Callable[[float], None]
"""Told how much is done, from 0 to 1."""

_FADE_S = 1.8
_NOTES_A_TICK = 16


def perform(score: Score, folder: Path, done: Done) -> Sound:
    """Play a score into a file of ``folder``, exactly as long as the score says."""
    length = round(score.seconds * RATE)
    bus = canvas(folder / "music.f32", length)
    send = canvas(folder / "room.f32", length, channels=1)
    notes = _Notes()
    for count, note in enumerate(score.notes):
        if count % _NOTES_A_TICK == 0:
            done(0.8 * count / len(score.notes))
        _add(bus, send, note, notes)
    reverberate(send, bus, score.air, lambda: done(0.8))
    _fade(bus, min(_FADE_S, score.seconds * 0.3))
    done(1.0)
    return bus


class _Notes:
    """The notes that were played already: a piece repeats itself."""

    def __init__(self) -> None:
        self._played = lru_cache(maxsize=96)(self._play)

    def sound(self, note: Note) -> tuple[Instrument, Wave]:
        """Give who plays a note, and how it sounds."""
        if note.instrument in PLACES:
            return PLACES[note.instrument], hit(note.instrument)
        return ORCHESTRA[note.instrument], self._played(note.instrument, note.pitch, round(note.seconds, 3))

    @staticmethod
    def _play(instrument: str, pitch: int, seconds: float) -> Wave:
        return play(ORCHESTRA[instrument], pitch, seconds)


def _add(bus: Sound, send: Sound, note: Note, notes: _Notes) -> None:
    """Put a note on the stage and into the room; what would sound past the end is cut, under the fade."""
    instrument, sound = notes.sound(note)
    start = round(note.start_s * RATE)
    heard = sound[: len(bus) - start] * np.float32(note.level)
    pan = instrument.pan + instrument.width * ((note.pitch * 5 % 7) / 3 - 1)
    angle = (np.clip(pan, -1, 1) + 1) * (np.pi / 4)
    end = start + len(heard)
    bus[start:end, 0] += heard * np.float32(np.cos(angle))
    bus[start:end, 1] += heard * np.float32(np.sin(angle))
    send[start:end, 0] += heard * np.float32(instrument.room)


def _fade(bus: Sound, seconds: float) -> None:
    """Let the end go, to nothing at the very last sample."""
    count = round(seconds * RATE)
    bus[-count:] *= np.square(np.cos(np.linspace(0, np.pi / 2, count, dtype=np.float32)))[:, None]
