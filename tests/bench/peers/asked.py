"""What is posted to a peer's HTTP front: the same thin FastAPI for all of them, so that W1 is POST to completed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Ask(BaseModel):
    """A job."""

    kind: str
    input: dict[str, Any]


class Many(BaseModel):
    """Jobs of one kind."""

    kind: str
    inputs: list[dict[str, Any]]
