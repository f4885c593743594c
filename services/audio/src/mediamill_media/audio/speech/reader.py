"""Read a text aloud: sentence by sentence, with pauses, and every word's time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mediamill.errors import Permanent
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.resample import resample
from mediamill_media.audio.speech.alignment import owners
from mediamill_media.audio.speech.model import MOST_PHONEMES, NATIVE_RATE, model
from mediamill_media.audio.speech.text import CLAUSE_S, Sentence, halves, sentences
from mediamill_media.audio.speech.timing import Span, audible, spoken_words, written_words
from mediamill_media.audio.speech.voices import VOICES, Manner

if TYPE_CHECKING:
    from mediamill_media.audio.speech.network import Model

EDGE_S = 0.08
"""Silence that is left before the first and after the last sound of a sentence."""

_FRAME = RATE // 100
_AUDIBLE = 10 ** (-45 / 20)

Said = Callable[[int, int], None]
"""Told after each sentence: how many are said, of how many."""


class Utterance(NamedTuple):
    """Something said in one breath, with times from its own start."""

    samples: NDArray[np.float32]
    words: list[Span]
    phonemes: list[Span]


class Reading(NamedTuple):
    """A text read aloud."""

    sound: Sound
    words: list[Span]
    phonemes: list[Span]


def read_aloud(text: str, voice: str, speed: float, said: Said) -> Reading:
    """Read a text in a voice. Raises ``Permanent`` when nothing in it can be pronounced."""
    speaker = model()
    parts = sentences(text)
    pieces: list[NDArray[np.float32]] = []
    words: list[Span] = []
    phonemes: list[Span] = []
    now, pause = 0.0, 0.0
    for count, sentence in enumerate(parts, start=1):
        for breath in _breaths(speaker, sentence):
            spoken = _utter(speaker, breath.words, VOICES[voice], speed)
            gap = max(0.0, pause / speed - 2 * EDGE_S) if pieces and len(spoken.samples) else 0.0
            silence = np.zeros(round(gap * RATE), dtype=np.float32)
            now += len(silence) / RATE
            pieces += [silence, spoken.samples]
            words += [span.later(now) for span in spoken.words]
            phonemes += [span.later(now) for span in spoken.phonemes]
            now += len(spoken.samples) / RATE
            pause = max(breath.pause_s, 0.0 if len(spoken.samples) else pause)
        said(count, len(parts))
    if not phonemes:
        raise Permanent("Nothing in the text can be pronounced in English.")
    return Reading(np.concatenate(pieces)[:, None], words, phonemes)


def _breaths(speaker: Model, sentence: Sentence) -> Iterator[Sentence]:
    """Cut a sentence until the model can say each part at once."""
    too_long = len(speaker.phonemes(" ".join(sentence.words))) > MOST_PHONEMES
    if not too_long or len(sentence.words) == 1:
        yield sentence
        return
    first, second = halves(sentence.words)
    yield from _breaths(speaker, Sentence(first, CLAUSE_S))
    yield from _breaths(speaker, Sentence(second, sentence.pause_s))


def _utter(speaker: Model, words: tuple[str, ...], manner: Manner, speed: float) -> Utterance:
    """Say words in a manner; a row of words that cannot be pronounced takes no time."""
    phonemes = speaker.phonemes(" ".join(words))
    if not any(symbol.isalpha() for symbol in phonemes):
        return Utterance(np.zeros(0, dtype=np.float32), [Span(word, 0.0, 0.0) for word in words], [])
    take = speaker.say(
        phonemes, speed=speed * manner.pace / manner.size, pitch=manner.pitch, liveliness=manner.liveliness
    )
    samples = resample(take.samples, RATE / NATIVE_RATE / manner.size)
    begin, end = _heard(samples)
    edge = round(EDGE_S * RATE)
    bounds = np.clip(take.bounds * len(samples) - begin, min(edge, end - begin), end - begin - edge) / RATE
    spoken = spoken_words(phonemes, bounds)
    owner = owners([span.text for span in spoken], [speaker.phonemes(word).split() for word in words])
    return Utterance(_softened(samples[begin:end]), written_words(words, spoken, owner), audible(phonemes, bounds))


def _heard(samples: NDArray[np.float32]) -> tuple[int, int]:
    """Find where sound begins and ends, with a little silence left on both sides."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    level = np.sqrt(np.square(frames).mean(axis=1))
    loud = np.flatnonzero(level > level.max() * _AUDIBLE)
    edge = round(EDGE_S * RATE)
    return max(0, int(loud[0]) * _FRAME - edge), min(len(samples), (int(loud[-1]) + 1) * _FRAME + edge)


def _softened(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let the cut edges come and go within 5 ms."""
    ramp = np.linspace(0, 1, RATE // 200, dtype=np.float32)
    soft = samples.copy()
    soft[: len(ramp)] *= ramp
    soft[-len(ramp) :] *= ramp[::-1]
    return soft
