"""Where a job is, in the few words that the frontends of products know."""

from __future__ import annotations

from enum import StrEnum

from mediamill.jobs.states import State
from mediamill_products.caller import Failed


class Standing(StrEnum):
    """Where a job is; the values are what most products call it."""

    PENDING = "pending"
    UNDER_WAY = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


CANCELED = "It was canceled."


def standing(state: State, *, has_begun: bool) -> Standing:
    """Name a state. A job that was begun and is in line again stays under way: its user saw it run."""
    match state:
        case State.SUCCEEDED:
            return Standing.COMPLETED
        case State.FAILED | State.CANCELED:
            return Standing.FAILED
        case State.QUEUED if not has_begun:
            return Standing.PENDING
        case _:
            return Standing.UNDER_WAY


def why_it_failed(state: State, error: Failed | None) -> str | None:
    """Tell why a job did not succeed; nothing of one that did, or may still."""
    if state is State.CANCELED:
        return CANCELED
    return error.message if error is not None and state is State.FAILED else None
