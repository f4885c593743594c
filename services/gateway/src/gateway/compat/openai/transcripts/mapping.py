"""A form as an input of ours, and a transcript of ours in each of the formats that clients ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.forms import Form
from gateway.compat.openai.transcripts.models import (
    Duration,
    TranscribedSegment,
    TranscribedWord,
    Transcription,
    VerboseTranscription,
)
from gateway.jobs.models import Job

MOST_HINT = 1000
LANGUAGES = {
    "de": "german", "en": "english", "es": "spanish", "fr": "french", "it": "italian", "ja": "japanese",
    "ko": "korean", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ru": "russian", "zh": "chinese",
}  # fmt: skip
"""The names by which OpenAI tells languages; others are told by their code."""


class Heard(BaseModel):
    """Something that was said; words and sentences alike."""

    text: str
    start_s: float
    end_s: float


class Transcript(BaseModel):
    """What this surface reads of our answer."""

    text: str
    words: list[Heard]
    sentences: list[Heard]
    language: str
    duration_s: float

    @property
    def usage(self) -> Duration:
        """Tell what was listened to."""
        return Duration(seconds=math.ceil(self.duration_s))


class Written(NamedTuple):
    """A transcript in a format."""

    content: str
    media_type: str


def input_of(form: Form, asset_id: str) -> dict[str, Any]:
    """Write the kind's input: keywords are spelled out behind the prompt."""
    languages = [form.text("language"), *form.texts("languages")]
    hint = " ".join([form.text("prompt") or "", *form.texts("keywords")]).strip()
    given = {"audio": asset_id, "hint": hint[:MOST_HINT], "language": next(filter(None, languages), None)}
    return {name: value for name, value in given.items() if value}


def transcript_of(job: Job) -> Transcript:
    """Read what a job has written down."""
    return Transcript.model_validate(job.output or {})


def writer_of(form: Form) -> Callable[[Transcript], Written]:
    """Choose how the answer is written. Raises ``Refused`` for a format that is not made, before anything is."""
    name = form.text("response_format") or "json"
    if name == "verbose_json":
        told = set(form.texts("timestamp_granularities")) or {"segment"}
        return lambda transcript: _json(_verbose(transcript, told))
    if name not in _WRITERS:
        message = f"It is one of {', '.join([*_WRITERS, 'verbose_json'])}."
        raise Refused(400, message, code="unsupported_value", param="response_format")
    return _WRITERS[name]


def _plain(transcript: Transcript) -> Written:
    return _json(Transcription(text=transcript.text, usage=transcript.usage))


def _text(transcript: Transcript) -> Written:
    return Written(f"{transcript.text}\n", "text/plain")


def _srt(transcript: Transcript) -> Written:
    return Written("".join(_cues(transcript, ",")), "text/plain")


def _vtt(transcript: Transcript) -> Written:
    cues = (cue.partition("\n")[2] for cue in _cues(transcript, "."))
    return Written("WEBVTT\n\n" + "".join(cues), "text/vtt")


_WRITERS: Mapping[str, Callable[[Transcript], Written]] = {"json": _plain, "text": _text, "srt": _srt, "vtt": _vtt}


def _cues(transcript: Transcript, point: str) -> Iterator[str]:
    """Write each sentence as a numbered cue. A line of its own that looks like a cue's head cannot be among them."""
    for number, one in enumerate(transcript.sentences, start=1):
        text = one.text.replace("-->", "→")
        yield f"{number}\n{_clock(one.start_s, point)} --> {_clock(one.end_s, point)}\n{text}\n\n"


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _verbose(transcript: Transcript, told: set[str]) -> VerboseTranscription:
    segments = [
        TranscribedSegment(id=number, start=one.start_s, end=one.end_s, text=f" {one.text}")
        for number, one in enumerate(transcript.sentences)
    ]
    words = [TranscribedWord(word=one.text, start=one.start_s, end=one.end_s) for one in transcript.words]
    return VerboseTranscription(
        language=LANGUAGES.get(transcript.language, transcript.language),
        duration=transcript.duration_s,
        text=transcript.text,
        segments=segments if "segment" in told else None,
        words=words if "word" in told else None,
        usage=transcript.usage,
    )


def _json(made: BaseModel) -> Written:
    return Written(made.model_dump_json(exclude_none=True), "application/json")
