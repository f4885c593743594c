"""What is asked for in a response, and what a response is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.compat.openai.conversation import Message
from gateway.jobs.models import MetadataKey, MetadataText


class TextOptions(BaseModel):
    """What form the text has."""

    model_config = ConfigDict(extra="allow")

    format: dict[str, Any] | None = Field(None, description="text, json_object or json_schema")


class PostResponse(BaseModel):
    """A request for a response."""

    model_config = ConfigDict(extra="allow")

    model: str | None = Field(None, description="a model or an alias of one")
    input: str | list[Message] = Field(description="a text, or messages")
    instructions: str | None = None
    stream: bool | None = None
    background: bool | None = Field(None, description="answer at once; GET tells the rest")
    text: TextOptions | None = None
    max_output_tokens: int | None = Field(None, ge=1)
    previous_response_id: str | None = None
    conversation: Any = None
    tool_choice: Any = None
    webhook: str | None = Field(None, description="a URL that is told of the end")
    metadata: dict[MetadataKey, MetadataText] | None = Field(None, max_length=16)


class OutputText(BaseModel):
    """What was written."""

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[Any] = []
    logprobs: list[Any] = []


class OutputMessage(BaseModel):
    """The message that holds it."""

    type: Literal["message"] = "message"
    id: str
    role: Literal["assistant"] = "assistant"
    status: Literal["in_progress", "completed"]
    content: list[OutputText]


class ResponseError(BaseModel):
    """Why there is no text."""

    code: str
    message: str


class ResponseUsage(BaseModel):
    """An estimate in tokens; nothing is billed by it."""

    input_tokens: int
    input_tokens_details: dict[str, int] = {"cached_tokens": 0}
    output_tokens: int
    output_tokens_details: dict[str, int] = {"reasoning_tokens": 0}
    total_tokens: int


class ModelResponse(BaseModel):
    """A job that writes a text."""

    id: str = Field(examples=["resp_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b"])
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["queued", "in_progress", "completed", "failed", "cancelled"]
    background: bool = False
    error: ResponseError | None = None
    incomplete_details: None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    metadata: dict[str, str] = {}
    model: str
    output: list[OutputMessage] = []
    parallel_tool_calls: bool = False
    previous_response_id: None = None
    temperature: None = None
    text: dict[str, Any] = {"format": {"type": "text"}}
    tool_choice: str = "auto"
    tools: list[Any] = []
    top_p: None = None
    usage: ResponseUsage | None = None
