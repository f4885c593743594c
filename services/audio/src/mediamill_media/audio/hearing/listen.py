"""This machine's own listening."""

from __future__ import annotations

from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import Transcribe, Transcribed
from mediamill_media.audio.hearing.ear import LANGUAGE, ear
from mediamill_media.audio.hearing.portions import portions
from mediamill_media.audio.hearing.recording import length_of, opened, samples_of
from mediamill_media.audio.hearing.words import Said, on_time, sentences, told, whole
from mediamill_media.audio.signal import Sound, Tick


def listen(ctx: Context, ask: Transcribe) -> Transcribed:
    """Write down what is said in the recording that is asked for."""
    if ask.language not in {None, LANGUAGE}:
        message = (
            f"input.language: this machine understands {LANGUAGE!r} alone; {ask.language!r} is for other providers."
        )
        raise Permanent(message)
    file = opened(ctx, ask, lambda: ctx.progress(0.02, 1, "opening the recording"))
    length = length_of(file)
    heard: list[Said] = []
    for begin, part in portions(samples_of(file)):

        def tick(begin: float = begin) -> None:
            ctx.progress(0.05 + 0.95 * begin / length, 1, "listening")

        heard += _later(_heard(part, ask.hint, tick), begin)
    words = told(heard, length)
    return Transcribed(
        text=" ".join(word.text for word in words),
        words=words,
        sentences=sentences(words),
        language=LANGUAGE,
        duration_s=round(length, 3),
    )


def _heard(part: Sound, hint: str, tick: Tick) -> list[Said]:
    tick()
    return on_time(whole(ear().hear(part, hint, tick)))


def _later(words: list[Said], seconds: float) -> list[Said]:
    return [word._replace(start_s=word.start_s + seconds, end_s=word.end_s + seconds) for word in words]
