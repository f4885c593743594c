"""Loops that go on: a turn that breaks is logged and tried again, the database may come and go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from mediamill.clock import monotonic
from mediamill.db.direct import AWAY
from mediamill.errors import MediamillError

log = logging.getLogger(__name__)

FASTEST_S = 0.002
BUSY_S = 0.01
"""Turns that follow hints are at least this far apart, the second after one that moved something: while there is a
backlog, one turn for several ended jobs costs less and delays nobody."""


def rest_after(moved: int) -> float:
    """Give the seconds until the next turn may begin."""
    return BUSY_S if moved else FASTEST_S


class Loop:
    """Takes turns until it is stopped; ``wait`` sleeps at most the given seconds between them."""

    def __init__(
        self,
        name: str,
        turn: Callable[[], int],
        wait: Callable[[float], object],
        every_s: float,
        rest: Callable[[int], float] = rest_after,
    ) -> None:
        self.name = name
        self.turned_at = monotonic()
        self.turns = 0
        self.failures = 0
        self._began_at: float | None = None
        self._turn = turn
        self._wait = wait
        self._every_s = every_s
        self._rest = rest
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the turn that is under way."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    def busy_s(self) -> float:
        """Give how long the turn that is under way has taken; 0 between turns."""
        began_at = self._began_at
        return 0.0 if began_at is None else monotonic() - began_at

    def _run(self) -> None:
        while not self._stopping.is_set():
            moved = 0
            self._began_at = monotonic()
            self.turns += 1
            try:
                moved = self._turn()
                self.turned_at = monotonic()
            except (SQLAlchemyError, *AWAY, OSError, MediamillError) as error:
                self.failures += 1
                log.warning("%s: %s", self.name, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
                self._stopping.wait(self._every_s)
            except Exception:
                self.failures += 1
                log.exception("%s broke; it goes on", self.name)
                self._stopping.wait(self._every_s)
            self._began_at = None
            self._stopping.wait(self._rest(moved))
            self._wait(self._every_s)
