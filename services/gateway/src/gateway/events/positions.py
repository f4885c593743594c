"""The ids of a tenant's stream: ``<transaction>-<number>``, the order of the log. A job's stream counts by ``seq``."""

from __future__ import annotations

import re

from gateway.problems import InvalidRequest
from mediamill.events.queries import START, Position

_SEQ = re.compile(r"\d{1,18}", re.ASCII)
_POSITION = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class BadLastEventId(InvalidRequest):
    """The Last-Event-ID is not one that this stream gave."""

    code, status = "bad-last-event-id", 400


class EventGone(InvalidRequest):
    """The event of that Last-Event-ID is no longer kept, so others behind it may be gone as well."""

    code, status = "event-gone", 410


def write(position: Position) -> str:
    """Write a position as the id of an event."""
    return f"{position.xid}-{position.number}"


def read_position(text: str | None) -> Position | None:
    """Read a Last-Event-ID of a tenant's stream; an empty one is none, as EventSource sends it before any event."""
    if not text:
        return None
    if text == "0":
        return START
    found = _POSITION.fullmatch(text)
    if found is None:
        raise BadLastEventId(f"{text[:50]!r} is no id of a tenant's stream.")
    return Position(int(found[1]), int(found[2]))


def read_seq(text: str | None) -> int | None:
    """Read a Last-Event-ID of a job's stream."""
    if not text:
        return None
    if not _SEQ.fullmatch(text):
        raise BadLastEventId(f"{text[:50]!r} is not a number.")
    return int(text)
