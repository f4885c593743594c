"""When a delivery is tried, and what follows from a try."""

from __future__ import annotations

from typing import NamedTuple

from mediamill.clock import iso, now

DELAYS_S = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""The first try is at once, the last one about 28 hours later."""
DISABLE_AFTER_DAYS = 5


class Outcome(NamedTuple):
    """What a receiver answered: a status, or why there is none."""

    status: int | None
    error: str | None
    duration_ms: int

    @property
    def arrived(self) -> bool:
        """Tell whether the receiver has it: only 2xx says so, a redirect does not."""
        return self.error is None

    def shown(self) -> dict[str, object]:
        """Write it as the log shows it."""
        return {"at": iso(now()), "status": self.status, "error": self.error, "duration_ms": self.duration_ms}


class Next(NamedTuple):
    """What becomes of a delivery; no delay means that it rests."""

    state: str
    failures: int
    delay_s: float | None


def after(outcome: Outcome, failures: int) -> Next:
    """Tell what follows from a try that came after ``failures`` others."""
    if outcome.arrived:
        return Next("delivered", failures, None)
    failed = failures + 1
    if failed >= len(DELAYS_S):
        return Next("failed", failed, None)
    return Next("pending", failed, DELAYS_S[failed])
