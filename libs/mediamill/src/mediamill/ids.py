"""Ids: UUIDv7, so that they sort by the time at which they were drawn (RFC 9562, section 5.7)."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0

_RAND_B_BITS = 62
_SUB_MS_BITS = 12


def uuid7() -> UUID:
    """Draw an id that is greater than every id drawn before in this process.

    The 12 bits after the millisecond hold its fraction, as RFC 9562 section 6.2 method 3 allows.
    """
    global _last
    with _lock:
        ticks = (time.time_ns() << _SUB_MS_BITS) // 1_000_000
        _last = max(ticks, _last + 1)
        ticks = _last
    millis, fraction = ticks >> _SUB_MS_BITS, ticks & ((1 << _SUB_MS_BITS) - 1)
    rand_b = int.from_bytes(os.urandom(8)) & ((1 << _RAND_B_BITS) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | rand_b)
