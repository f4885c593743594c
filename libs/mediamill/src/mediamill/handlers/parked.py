"""The ways in which a handler leaves its slot; none is an ``Exception``, so that no handler eats them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediamill.handlers.context import Call
from mediamill.providers.protocol import Failure


@dataclass(frozen=True)
class Awaited:
    """What a job parks for, and the step that it stands at."""

    reason: str
    ordinal: int
    name: str
    calls: Sequence[Call] = ()
    children: Sequence[str | None] = field(default_factory=tuple)
    """Ids of children that are there already; ``None`` where one must be made for the call in that place."""
    signal: str | None = None
    sleep_s: float = 0
    """For how long from the park on, where the end of that is not known yet."""
    wake_at: datetime | None = None
    recorded: bool = False
    """Whether the journal holds the step already."""


class Parked(BaseException):
    """The handler waits; its slot is free."""

    def __init__(self, awaited: Awaited) -> None:
        super().__init__(awaited.reason)
        self.awaited = awaited


class Left(BaseException):
    """The job waits already, by the statement that wrote down what it waits for."""


@dataclass(frozen=True)
class Recalled:
    """A step as the journal holds it."""

    name: str
    type: str
    state: str
    result: Any
    purchase: int = 1
    """Of an effect: how often it was begun anew because nobody could tell what became of it, and 1."""
    attempt: int = 0
    """Of an effect that was refused: the job's attempt by which it was."""
    failure: Failure | None = None
    """Why it was."""

    @classmethod
    def of(cls, row: Any) -> Recalled:
        """Read a row of the journal."""
        facts = row.result or {}
        failure = facts.get("failure")
        return cls(
            row.name,
            row.type,
            row.state,
            facts.get("value"),
            facts.get("purchase", 1),
            facts.get("attempt", 0),
            Failure.model_validate(failure) if failure is not None else None,
        )
