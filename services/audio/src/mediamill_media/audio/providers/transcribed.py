"""What is sent to vendors to be written down, and what is made of what they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from mediamill.contracts import Asset
from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import Transcribe, Transcribed
from mediamill_media.audio.hearing.portions import RATE as NARROW
from mediamill_media.audio.hearing.recording import length_of, opened, samples_of
from mediamill_media.audio.hearing.words import Said, sentences, told, whole
from mediamill_media.audio.signal import RATE
from mediamill_media.audio.signal.ffmpeg import compress
from mediamill_media.audio.speech.guessed import guess

KIND = "audio.transcribe"
UNKNOWN = "und"
"""The language that nobody told, as ISO 639 writes it."""
_NAMES = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "hindi": "hi",
    "italian": "it", "japanese": "ja", "korean": "ko", "polish": "pl", "portuguese": "pt", "russian": "ru",
    "spanish": "es", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip


def prepare(ctx: Context, ask: Transcribe) -> Asset:
    """Keep the recording as a vendor is sent it: small, of one channel, and without what else its file told."""
    file = opened(ctx, ask, lambda: ctx.progress(0.05, 1, "opening the recording"))
    sent = compress(
        file, ctx.workdir / "recording.mp3", rate=NARROW, tick=lambda: ctx.progress(0.1, 1, "preparing the recording")
    )
    return ctx.save(sent, "audio/mpeg", role="sent", duration_s=round(length_of(file), 3))


def minutes(sent: Asset) -> Decimal:
    """Count the minutes of a recording, which is what vendors bill."""
    return Decimal(str(sent.duration_s or 0)) / 60


def told_by_words(ask: Transcribe, sent: Asset, said: Sequence[Said], language: str | None) -> Transcribed:
    """Make the answer of words that a vendor told with their times."""
    length = sent.duration_s or 0.0
    words = told(said, length)
    return Transcribed(
        text=" ".join(word.text for word in words),
        words=words,
        sentences=sentences(words),
        language=_code(language or ask.language),
        duration_s=length,
    )


def told_by_text(ctx: Context, ask: Transcribe, sent: Asset, text: str, language: str | None) -> Transcribed:
    """Make the answer of a text alone: when its words are heard is reckoned from the recording's pauses."""
    words = text.split()
    if not words:
        return told_by_words(ask, sent, (), language)
    file = opened(ctx, ask, lambda: ctx.progress(0.9, 1, "finding the words"))
    narrow = samples_of(file)
    # The reckoning looks at 10 ms of 48 kHz at a time and at levels alone, so repeated samples serve it as well.
    spans = guess(np.repeat(narrow, RATE // NARROW), words)
    return told_by_words(ask, sent, [Said(span.text, span.start, span.end) for span in spans], language)


def words_of(output: Any) -> tuple[list[Said], str | None]:
    """Read words and language of an output as Whisper's hosts give it, or of our own. Raises ``Permanent``."""
    match output:
        case {"words": list(words)}:
            return [Said(w["text"], w["start_s"], w["end_s"], w.get("sureness")) for w in words], output.get("language")
        case {"chunks": list(chunks)}:
            languages = output.get("inferred_languages") or [None]
            return whole(_chunks(chunks)), languages[0]
    raise Permanent(f"The vendor's output holds no words with their times: {str(output)[:200]!r}.")


def name_of(language: str | None) -> str | None:
    """Give a language's English name, if it is one that vendors tell so."""
    return next((name for name, code in _NAMES.items() if code == language), None)


def _chunks(chunks: Sequence[Mapping[str, Any]]) -> list[Said]:
    """Read words; the last one's end is missing where the recording was cut in it."""
    said = []
    for chunk in chunks:
        start, end = (*chunk["timestamp"], None)[:2]
        text = str(chunk["text"])
        begin = float(start or 0)
        said.append(Said(text if text[:1].isspace() else f" {text}", begin, begin + 0.3 if end is None else float(end)))
    return said


def _code(language: str | None) -> str:
    """Give a language's code; vendors tell some by their English names."""
    told = (language or UNKNOWN).lower()
    return _NAMES.get(told, told)
