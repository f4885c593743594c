"""When a part that ended is started again: at once, then later and later, until it has stayed up for a while."""

from __future__ import annotations

from mediamill.clock import monotonic

FIRST_S = 0.1
LONGEST_S = 30.0
STEADY_S = 60.0


class Restarts:
    """The backoff of one part."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._due: float | None = None
        self._delay_s = FIRST_S

    def note_death(self) -> bool:
        """Set the time of the next start; false if this death was noted before."""
        if self._due is not None:
            return False
        now = monotonic()
        if now - self._started >= STEADY_S:
            self._delay_s = FIRST_S
        self._due = now + self._delay_s
        self._delay_s = min(LONGEST_S, self._delay_s * 3)
        return True

    def due_in(self) -> float:
        """Give the seconds until the next start; none once it is due, or while nothing was noted."""
        return max(0.0, (self._due or 0.0) - monotonic())

    def note_start(self) -> None:
        """Begin to watch a fresh process."""
        self._started = monotonic()
        self._due = None
