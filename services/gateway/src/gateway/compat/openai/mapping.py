"""Their words and ours, as data: what serves which endpoint, voices, states, ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gateway.ids import uuid_or_nothing
from mediamill.contracts import Ask
from mediamill.jobs.states import State


class Purpose(NamedTuple):
    """What an endpoint needs of a kind."""

    name: str
    queue: str
    field: str
    """What the kind must take."""
    default: str
    """The kind that serves when no model is named."""
    words: Mapping[str, str] = {}
    """Fields of ours that clients know by another name."""


IMAGES = Purpose("images", "image", "prompt", "image.generate")
EDITS = Purpose("image edits", "image", "images", "image.edit", {"images": "image"})
SPEECH = Purpose("speech", "audio", "text", "audio.speech", {"text": "input", "format": "response_format"})
TRANSCRIPTS = Purpose("transcriptions", "audio", "audio", "audio.transcribe", {"audio": "file", "hint": "prompt"})
VIDEOS = Purpose("videos", "video", "prompt", "video.generate", {"image": "input_reference"})
CHAT = Purpose("chat", "text", "prompt", "text.generate", {"prompt": "messages", "max_words": "max_completion_tokens"})
RESPONSES = Purpose(
    "responses", "text", "prompt", "text.generate", {"prompt": "input", "max_words": "max_output_tokens"}
)

VOICES = {
    "alloy": "heart",
    "ash": "deep",
    "ballad": "warm",
    "cedar": "deep",
    "coral": "bright",
    "echo": "deep",
    "fable": "narrator",
    "marin": "heart",
    "nova": "bright",
    "onyx": "deep",
    "sage": "warm",
    "shimmer": "bright",
    "verse": "narrator",
}
"""OpenAI's voices, and which of ours is nearest; any other name is taken as one of ours."""

VIDEO_STATUSES = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.WAITING: "in_progress",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
    State.CANCELED: "failed",
}
"""Clips know no cancelled state; ``error.code`` is ``cancelled`` then."""

RESPONSE_STATUSES = {**VIDEO_STATUSES, State.CANCELED: "cancelled"}

MODEL_KEY = "openai.model"
"""Where a job's metadata keeps the name under which its client asked for the model."""
REMIXED_KEY = "openai.remixed_from"
DELETED_KEY = "openai.deleted"

_CHARACTERS_IN_A_TOKEN = 4
_WORDS_IN_A_TOKEN = 0.75


def their_id(prefix: str, job_id: str) -> str:
    """Write a job's id as OpenAI's clients expect it, such as ``video_0197…``."""
    return f"{prefix}_{job_id.replace('-', '')}"


def our_id(prefix: str, text: str) -> UUID:
    """Read such an id, or one of ours. Raises ``NotFound``."""
    return uuid_or_nothing(text.removeprefix(f"{prefix}_"))


def unix(time: str | None) -> int | None:
    """Write a time of ours in seconds since 1970."""
    return None if time is None else int(datetime.fromisoformat(time).timestamp())


def tokens(text: str) -> int:
    """Estimate how many tokens a text would be; nothing here counts or bills in tokens."""
    return -(-len(text) // _CHARACTERS_IN_A_TOKEN)


def words(most_tokens: int | None) -> dict[str, int]:
    """Say a limit in tokens as one in words, within what ours allows."""
    return {} if most_tokens is None else {"max_words": max(1, min(2000, int(most_tokens * _WORDS_IN_A_TOKEN)))}


def passed_on(extra: Mapping[str, object] | None, ask: type[Ask]) -> dict[str, object]:
    """Give what a client added by ``extra_body`` and the kind takes; what OpenAI alone knows is left out."""
    return {name: value for name, value in (extra or {}).items() if name in ask.model_fields and value is not None}
