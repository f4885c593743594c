"""A job in the words of OpenAI's webhooks: an event that names what has ended; its client fetches the rest."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import RowMapping

from mediamill.webhooks import message

_NOUNS = {"video": ("video", "video_"), "text": ("response", "resp_")}
"""What a job of a queue is called there, and what its id begins with; others keep our words for them."""
_ENDINGS = {"succeeded": "completed", "failed": "failed", "canceled": "failed"}


def body(row: RowMapping) -> bytes:
    """Write a message: ``video.completed``, ``response.failed`` and so on."""
    return json.dumps(event(message.job(row), row["event_seq"], row["event_at"].timestamp())).encode()


def event(job: dict[str, Any], seq: int, at: float) -> dict[str, Any]:
    """Say that a job, given as the API shows it, has ended. The id is the same on every try."""
    noun, prefix = _NOUNS.get(job["queue"], (job["queue"], "job_"))
    bare = job["id"].replace("-", "")
    ending = _ENDINGS.get(job["state"], job["state"])
    if noun == "response" and job["state"] == "canceled":
        ending = "cancelled"
    return {
        "id": f"evt_{bare}_{seq}",
        "object": "event",
        "type": f"{noun}.{ending}",
        "created_at": int(at),
        "data": {"id": prefix + bare},
    }
