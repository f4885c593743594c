"""What came lately from one source, written once for all who listen to it in this process."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import RowMapping

from gateway.events import positions
from gateway.events.models import frame
from mediamill.clock import monotonic
from mediamill.events.model import EventType
from mediamill.events.queries import Position, Source

KEPT = 256
"""Frames that a feed keeps. Who is further behind reads the log for itself, so a slow client holds nothing here."""

MOST_BYTES = 64_000
"""A client is sent no more than this, or one event, before it has to make room for it."""

_SHARED = 16
"""Chunks that a feed remembers, since each may be as large: those of the clients that keep up are one or two."""

ENDS = frozenset({EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELED})

UNKNOWN = Position(2**63 - 1, 0)
"""Where a feed begins before anybody has read to the end of the log."""


class Entry(NamedTuple):
    """One event, as every client of a feed is sent it."""

    at: Position
    frame: bytes
    is_end: bool


class Chunk(NamedTuple):
    """What a client is sent next, and where it then is."""

    body: bytes
    at: Position
    is_end: bool


class Ear:
    """One client. It is rung when there is news, when it was quiet for long, when it hung up, when we end."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self.has_hung_up = False
        self.quiet_since = monotonic()


class Feed:
    """The tail of a source's log, and its clients.

    It keeps everything behind ``start`` and up to ``head``. Several events of a job may be final: a failed job can be
    redriven, so only a final event with nothing behind it ends a stream.
    """

    def __init__(self, source: Source, mark: Callable[[Feed], None]) -> None:
        self.source = source
        self.head = self.start = UNKNOWN
        self.ears: set[Ear] = set()
        self._mark = mark
        self._kept: list[Entry] = []
        self._chunks: dict[Position, Chunk] = {}

    @property
    def is_live(self) -> bool:
        """Tell whether a client has read to the end of the log yet, with which the feed begins."""
        return self.head != UNKNOWN

    def begin(self, start: Position, entries: Sequence[Entry]) -> None:
        """Begin behind a position with all that the log holds behind it, for those who come after the first client."""
        self._kept = list(entries)
        self.start = start
        self.head = entries[-1].at if entries else start
        self._mark(self)

    def ring(self) -> None:
        """Have the log looked at soon: something changed."""
        self._mark(self)

    def append(self, entries: Sequence[Entry]) -> None:
        """Take news, which begins right behind ``head``, and ring everybody."""
        self._kept += entries
        self.head = entries[-1].at
        if len(self._kept) > 2 * KEPT:
            self.start = self._kept[-KEPT - 1].at
            del self._kept[:-KEPT]
        self._chunks.clear()
        self.ring_ears()

    def ring_ears(self) -> None:
        """Wake every client."""
        for ear in self.ears:
            ear.rung.set()

    def chunk(self, after: Position) -> Chunk | None:
        """Give what comes behind a position that is not before ``start``; clients at the same one share the bytes."""
        if after >= self.head:
            return None
        found = self._chunks.get(after)
        if found is None:
            if len(self._chunks) == _SHARED:
                self._chunks.clear()
            found = self._chunks[after] = join(self._kept[bisect_right(self._kept, after, key=lambda kept: kept.at) :])
        return found


def join(entries: Sequence[Entry]) -> Chunk:
    """Make one chunk of as many of the entries, at least one, as may be sent at once."""
    size = count = 0
    for entry in entries:
        size += len(entry.frame)
        if count and size > MOST_BYTES:
            break
        count += 1
    last = entries[count - 1]
    return Chunk(b"".join(entry.frame for entry in entries[:count]), last.at, last.is_end and count == len(entries))


def entry(row: RowMapping, source: Source) -> Entry:
    """Write a row of the log for the clients of a source."""
    at = Position(row["xid"], row["number"])
    if source.job_id is None:
        return Entry(at, frame(row, positions.write(at)), is_end=False)
    return Entry(at, frame(row, str(at.number)), is_end=row["type"] in ENDS)
