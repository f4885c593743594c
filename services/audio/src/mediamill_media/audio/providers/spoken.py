"""What is made of a vendor's recordings: leveled as ours are, with the times of words, and in the format asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import Phoneme, Speech, Spoken, Word
from mediamill_media.audio.providers import local
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.ffmpeg import decode
from mediamill_media.audio.signal.files import raw
from mediamill_media.audio.speech.guessed import guess
from mediamill_media.audio.speech.model import model
from mediamill_media.audio.speech.text import SENTENCE_S, sentences
from mediamill_media.audio.speech.timing import Span, audible

KIND = "audio.speech"
MOST_S = 900.0
"""So much of a recording is heard; our longest text takes half of that."""


def parts(text: str, most: int) -> list[str]:
    """Cut a text at the ends of its sentences into parts of at most so many characters."""
    cut: list[str] = []
    for sentence in sentences(text):
        for piece in _pieces(" ".join(sentence.words), most):
            if cut and len(cut[-1]) + 1 + len(piece) <= most:
                cut[-1] = f"{cut[-1]} {piece}"
            else:
                cut.append(piece)
    return cut


def tell(ctx: Context, ask: Speech, recordings: Sequence[Asset]) -> Spoken:
    """Join the recordings of a text's parts, level them, find the words in them, and keep what came of it."""
    sound = _joined([_heard(ctx, recording, number) for number, recording in enumerate(recordings)])
    spans = guess(sound[:, 0], ask.text.split())
    asset, length = local.keep_leveled(ctx, sound, ask.format, "speech", local.SPEECH_LUFS)
    return Spoken(
        assets=(asset,),
        words=tuple(Word(text=span.text, start_s=span.start, end_s=span.end) for span in spans),
        phonemes=tuple(_phonemes(spans)) if ask.timings == "phonemes" else (),
        duration_s=length,
        voice=ask.voice,
    )


def _pieces(sentence: str, most: int) -> Iterator[str]:
    while len(sentence) > most:
        cut = sentence.rfind(" ", 0, most + 1)
        yield sentence[:cut]
        sentence = sentence[cut + 1 :]
    yield sentence


def _heard(ctx: Context, recording: Asset, number: int) -> Sound:
    target = ctx.workdir / f"heard-{number}.f32"
    source: Path = ctx.open(recording.id)
    decode(source, target, most_s=MOST_S, what="the vendor's speech", tick=lambda: ctx.progress(0.5, 1, "listening"))
    return np.asarray(raw(target).mean(axis=1, keepdims=True), np.float32)


def _joined(sounds: Sequence[Sound]) -> Sound:
    rest = np.zeros((round(SENTENCE_S * RATE), 1), dtype=np.float32)
    pieces = [piece for sound in sounds for piece in (rest, sound)]
    return np.concatenate(pieces[1:])


def _phonemes(spans: Sequence[Span]) -> Iterator[Phoneme]:
    """Give the phonemes of each word, as equally long as nothing better is known."""
    for span in spans:
        said = model().phonemes(span.text)
        bounds = np.linspace(span.start, span.end, len(said) + 1)
        for phoneme in audible(said, bounds):
            yield Phoneme(symbol=phoneme.text, start_s=round(phoneme.start, 3), end_s=round(phoneme.end, 3))
