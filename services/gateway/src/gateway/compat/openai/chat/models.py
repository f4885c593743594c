"""What is asked for in a chat, and what is answered."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.compat.openai.conversation import Message
from gateway.jobs.models import MetadataKey, MetadataText


class StreamOptions(BaseModel):
    """What a stream tells besides."""

    include_usage: bool | None = None


class PostChat(BaseModel):
    """A request for the next message of a conversation."""

    model_config = ConfigDict(extra="allow")

    model: str | None = Field(None, description="a model or an alias of one")
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    response_format: dict[str, Any] | None = Field(None, description="text, json_object or json_schema")
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: int | None = None
    tool_choice: Any = None
    metadata: dict[MetadataKey, MetadataText] | None = Field(None, max_length=16)


class Said(BaseModel):
    """The message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """One answer; there is always one."""

    index: int = 0
    message: Said
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class ChatUsage(BaseModel):
    """An estimate in tokens; nothing is billed by it."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """The answer."""

    id: str = Field(examples=["chatcmpl_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: ChatUsage
    system_fingerprint: None = None


class Delta(BaseModel):
    """The next piece of the message."""

    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    """What is new of the answer."""

    index: int = 0
    delta: Delta
    finish_reason: Literal["stop"] | None = None
    logprobs: None = None


class Chunk(BaseModel):
    """A piece of a streamed answer."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: ChatUsage | None = None
