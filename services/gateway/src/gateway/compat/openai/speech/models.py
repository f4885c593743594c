"""What is asked for speech."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Voice(BaseModel):
    """A voice by its id."""

    id: str


class PostSpeech(BaseModel):
    """A request to read a text aloud."""

    model_config = ConfigDict(extra="allow")

    model: str | None = Field(None, description="a model or an alias of one")
    input: str = Field(description="the text")
    voice: str | Voice = Field("alloy", description="a voice of OpenAI's, for the nearest of ours, or one of ours")
    response_format: str = Field("mp3", description="mp3, opus, flac or wav")
    speed: float | None = None
    stream_format: Literal["audio", "sse"] = "audio"
