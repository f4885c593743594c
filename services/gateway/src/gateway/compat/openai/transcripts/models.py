"""What is answered for a recording."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Duration(BaseModel):
    """What was listened to; nothing is billed by it."""

    type: Literal["duration"] = "duration"
    seconds: int


class Transcription(BaseModel):
    """The text."""

    text: str
    usage: Duration


class TranscribedWord(BaseModel):
    """A word and when it is heard, in seconds."""

    word: str
    start: float
    end: float


class TranscribedSegment(BaseModel):
    """A sentence, and what a decoder would know of it; there are no tokens to tell."""

    id: int
    seek: int = 0
    start: float
    end: float
    text: str
    tokens: list[int] = []
    temperature: float = 0.0
    avg_logprob: float = 0.0
    compression_ratio: float = 1.0
    no_speech_prob: float = 0.0


class VerboseTranscription(BaseModel):
    """The text with its times."""

    task: Literal["transcribe"] = "transcribe"
    language: str
    duration: float
    text: str
    segments: list[TranscribedSegment] | None = None
    words: list[TranscribedWord] | None = None
    usage: Duration
