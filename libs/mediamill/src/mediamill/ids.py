"""Ids: UUIDv7, so that they sort by the time at which they were drawn (RFC 9562, section 5.7)."""

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

_RAND_B_BITS = 62
_SUB_MS_BITS = 12


class _Ticks:
    """A clock of 1/4096 ms that never gives the same tick twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """Give the current tick, or the one after the last when time has not moved on."""
        with self._lock:
            self._last = max((time.time_ns() << _SUB_MS_BITS) // 1_000_000, self._last + 1)
            return self._last


_ticks = _Ticks()


def uuid7() -> UUID:
    """Draw an id that is greater than every id drawn before in this process.

    The 12 bits after the millisecond hold its fraction, as RFC 9562 section 6.2 method 3 allows.
    """
    ticks = _ticks.next()
    millis, fraction = ticks >> _SUB_MS_BITS, ticks & ((1 << _SUB_MS_BITS) - 1)
    rand_b = int.from_bytes(os.urandom(8)) & ((1 << _RAND_B_BITS) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | rand_b)


def first_id_of(at: datetime) -> UUID:
    """Give the smallest UUIDv7 of a time: ids sort by time, so an index on ids finds what was made since."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def born_at(id: UUID) -> datetime:
    """Give the time that a UUIDv7 begins with."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
