"""A conversation as the one prompt that ``text.generate`` takes, and its text in pieces for a stream.

The kind writes from a prompt and knows no roles. A single question is passed on as it is; where there are several
turns, each begins with who speaks, so that a provider that can follow a conversation has it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from gateway.compat.openai.dialect import Refused
from gateway.jobs.models import Job

_SPEAKERS = {"user": "User", "assistant": "Assistant", "tool": "Tool"}
_PIECE = re.compile(r"\s*\S+\s*")
_TEXTS = frozenset({"text", "input_text", "output_text", "refusal"})

JSON_OBJECT = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
"""What is written when any JSON object will do."""


class Part(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: str | None = None
    refusal: str | None = None


class Message(BaseModel):
    """What somebody said."""

    model_config = ConfigDict(extra="allow")

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None


class Turn(NamedTuple):
    """The text of a message."""

    role: str
    text: str


def prompt_of(messages: Sequence[Message], param: str) -> str:
    """Write a conversation as a prompt. Raises ``Refused`` for what is no text."""
    turns = [Turn(message.role, _text(message, f"{param}[{index}]")) for index, message in enumerate(messages)]
    told = [turn for turn in turns if turn.text.strip()]
    has_answers = any(turn.role in {"assistant", "tool"} for turn in told)
    return "\n\n".join(_said(turn) if has_answers else turn.text for turn in told)


def json_schema_of(format: dict[str, Any] | None, param: str) -> dict[str, Any]:
    """Read what form is asked for: nothing for text. Raises ``Refused`` for a form that is not known."""
    match format:
        case None | {"type": "text"}:
            return {}
        case {"type": "json_object"}:
            return {"json_schema": JSON_OBJECT}
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            return {"json_schema": schema}
        case {"type": "json_schema", "schema": dict(schema)}:
            return {"json_schema": schema}
        case _:
            raise Refused(400, "It is text, json_object or json_schema.", code="invalid_value", param=param)


def text_of(job: Job) -> str:
    """Give what the job wrote."""
    return str((job.output or {}).get("text", ""))


def pieces(text: str) -> Iterator[str]:
    """Cut a text into words with the space around them; together they are the text."""
    found = _PIECE.findall(text)
    yield from found or ([text] if text else [])


def _said(turn: Turn) -> str:
    speaker = _SPEAKERS.get(turn.role)
    return f"{speaker}: {turn.text}" if speaker else turn.text


def _text(message: Message, where: str) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for index, part in enumerate(message.content):
        if part.type not in _TEXTS:
            text = f"This model reads text, not {part.type!r}."
            raise Refused(400, text, code="unsupported_value", param=f"{where}.content[{index}]")
    return "\n".join(part.text or part.refusal or "" for part in message.content)
