"""A job's events as they happen, through every broken connection: each once and in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import httpx
from pydantic import ValidationError

from mill.api.client import Api
from mill.api.errors import Problem
from mill.api.models import Event

READ_TIMEOUT_S = 45.0
"""Longer than the pause between two signs of life of a quiet stream."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0
_FINAL = frozenset({"job.succeeded", "job.failed", "job.canceled"})


class Message(NamedTuple):
    """One message of an event stream."""

    id: str | None
    data: str


def messages(lines: Iterable[str]) -> Iterator[Message]:
    """Put the lines of an event stream together (the HTML standard's 9.2.6, as far as we need it)."""
    number: str | None = None
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield Message(number, "\n".join(data))
            data = []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "id":
            number = value


def events(api: Api, job_id: str, *, after: int = 0, pause: Callable[[float], None] = time.sleep) -> Iterator[Event]:
    """Give a job's events until its final one, going on after the last one seen when the connection breaks.

    A job that was retried has older final events in between, and a connection may break right behind one; so a final
    event is believed when the job says so too.
    """
    seen, last_id, wait_s, ended = after, str(after) if after else None, _FIRST_PAUSE_S, False
    while True:
        try:
            for message in messages(api.lines(f"/v1/jobs/{job_id}/events", last_id, READ_TIMEOUT_S)):
                last_id = message.id or last_id
                event = _read(message)
                if event is None or event.seq <= seen:
                    continue
                seen, wait_s, ended = event.seq, _FIRST_PAUSE_S, event.type in _FINAL
                yield event
        except httpx.TransportError:
            pass
        except Problem as problem:
            if problem.status < httpx.codes.INTERNAL_SERVER_ERROR and problem.status != httpx.codes.TOO_MANY_REQUESTS:
                raise
        if ended and api.job(job_id).is_final:
            return
        pause(wait_s)
        wait_s = min(_LONGEST_PAUSE_S, wait_s * 2)


def _read(message: Message) -> Event | None:
    try:
        return Event.model_validate_json(message.data)
    except ValidationError:
        return None
