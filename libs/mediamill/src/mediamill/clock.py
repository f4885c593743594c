"""The only place that reads the time."""

import time
from datetime import UTC, datetime

_SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> datetime:
    """Give the wall-clock time, in UTC and aware of it."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Give seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def running() -> float:
    """Give seconds on a clock that never goes back and goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(_SLEEPLESS) if _SLEEPLESS is not None else time.monotonic()


def iso(at: datetime | None) -> str | None:
    """Write a time as UTC ISO-8601 with milliseconds and ``Z``, the form of every API answer."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
