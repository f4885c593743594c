"""The only place that reads the time."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_STEPS = os.environ.get("MEDIAMILL_TEST_CLOCK") if os.environ.get("MEDIAMILL_TEST_KINDS") == "1" else None
"""A file with the seconds by which this process's clock is wrong, for tests that step it; else there is none."""
_SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> datetime:
    """Give the wall-clock time, in UTC and aware of it. Machines disagree on it: the database's clock judges."""
    return datetime.now(UTC) + timedelta(seconds=_step_s())


def epoch_ns() -> int:
    """Give the wall-clock time in nanoseconds since 1970, as traces tell it."""
    return time.time_ns()


def monotonic() -> float:
    """Give seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def running() -> float:
    """Give seconds on a clock that never goes back and goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(_SLEEPLESS) if _SLEEPLESS is not None else time.monotonic()


def _step_s() -> float:
    if _STEPS is None:
        return 0
    try:
        return float(Path(_STEPS).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def iso(at: datetime | None) -> str | None:
    """Write a time as UTC ISO-8601 with milliseconds and ``Z``, the form of every API answer."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
