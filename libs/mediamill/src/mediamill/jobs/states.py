"""The states of a job and the table of moves between them; the guard in SQL and the tests come from here."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from mediamill.events.model import EventType


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})


class Move(NamedTuple):
    """A change of state that is allowed, and the event that tells it."""

    sources: frozenset[State]
    to: State
    event: EventType


def _move(sources: set[State], to: State, event: EventType) -> Move:
    return Move(frozenset(sources), to, event)


CLAIM = _move({State.QUEUED}, State.RUNNING, EventType.STARTED)
SUCCEED = _move({State.RUNNING}, State.SUCCEEDED, EventType.SUCCEEDED)
FAIL = _move({State.RUNNING}, State.FAILED, EventType.FAILED)
EXPIRE = _move({State.QUEUED, State.WAITING, State.RUNNING}, State.FAILED, EventType.FAILED)
RETRY = _move({State.RUNNING}, State.QUEUED, EventType.RETRYING)
HAND_BACK = _move({State.RUNNING}, State.QUEUED, EventType.HANDED_BACK)
PARK = _move({State.RUNNING}, State.WAITING, EventType.WAITING)
WAKE = _move({State.WAITING}, State.QUEUED, EventType.WOKEN)
SHARE = _move({State.WAITING}, State.SUCCEEDED, EventType.SUCCEEDED)
CANCEL = _move({State.QUEUED, State.RUNNING, State.WAITING}, State.CANCELED, EventType.CANCELED)
REDRIVE = _move({State.FAILED}, State.QUEUED, EventType.QUEUED)

MOVES: dict[str, Move] = {
    "claim": CLAIM,
    "succeed": SUCCEED,
    "fail": FAIL,
    "expire": EXPIRE,
    "retry": RETRY,
    "hand_back": HAND_BACK,
    "park": PARK,
    "wake": WAKE,
    "share": SHARE,
    "cancel": CANCEL,
    "redrive": REDRIVE,
}
