"""Compares the runs of a worker with the truth and with their limits: at a beat, and at once when one was cancelled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from mediamill import clock
from mediamill.db.prepared import Prepared
from mediamill.db.session import Database
from mediamill.handlers.run import Run, Stop
from mediamill.hints import CANCEL, CANCELS, Waiter
from mediamill.processes import give_memory_back

log = logging.getLogger(__name__)

WATCH_S = 0.5
"""How often the runs are compared with the truth; bounds how long a cancel takes to be noticed when no hint comes."""
BREATH_S = 0.02
"""Between two looks, so that a flood of cancels is answered by some looks and not by one each."""
EAR_S = 1.0
"""How soon the ear opens again after the broker was away."""

HELD = text("""
SELECT jobs.id FROM unnest(CAST(:ids AS uuid[]), CAST(:deliveries AS int[])) AS mine(job_id, delivery)
JOIN jobs ON jobs.id = mine.job_id AND jobs.delivery = mine.delivery WHERE jobs.state = 'running'
""")


class Watch:
    """The watch over one worker's runs. A hint only makes it look sooner."""

    def __init__(
        self,
        db: Database,
        hint_url: str | None,
        runs: Callable[[], Sequence[Run]],
        give_up_on: Callable[[Run], None],
        relieve: Callable[[], None],
        every_s: float = WATCH_S,
    ) -> None:
        self._db = db
        self._hints = Waiter(hint_url, lambda topic: topic == CANCEL, CANCELS)
        self._runs = runs
        self._give_up_on = give_up_on
        self._relieve = relieve
        self._every_s = every_s
        self._rung = threading.Event()

    def threads(self, stopping: threading.Event) -> list[threading.Thread]:
        """Give the watcher and its ear; the ear has a thread of its own, since a broker may hang."""
        return [
            threading.Thread(target=self._watch, args=(stopping,), name="watch", daemon=True),
            threading.Thread(target=self._listen, args=(stopping,), name="cancels", daemon=True),
        ]

    def _listen(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            if self._hints.wait(EAR_S):
                self._rung.set()

    def _watch(self, stopping: threading.Event) -> None:
        was_busy = False
        while not stopping.wait(BREATH_S):
            self._rung.wait(self._every_s)
            self._rung.clear()
            runs = self._runs()
            if runs:
                self._look(runs)
            elif was_busy:
                give_memory_back()
            was_busy = bool(runs)

    def _look(self, runs: Sequence[Run]) -> None:
        self._enforce_limits(runs)
        try:
            self._stop_lost(runs)
            self._relieve()
        except (SQLAlchemyError, psycopg.Error) as error:
            log.warning("cannot see who was cancelled: %s", type(error).__name__)

    def _stop_lost(self, runs: Sequence[Run]) -> None:
        given = {"ids": [run.job_id for run in runs], "deliveries": [run.delivery for run in runs]}
        still = {row.id for row in self._db.direct.rows(Prepared(HELD, given))}
        lost = [run for run in runs if run.job_id not in still]
        under_way = {id(run) for run in self._runs()} if lost else set()
        for run in lost:
            if id(run) in under_way:
                run.stop(Stop.LOST)

    def _enforce_limits(self, runs: Sequence[Run]) -> None:
        for run in runs:
            ran_s = clock.monotonic() - run.began
            if ran_s > run.kind.manifest.hard_time_limit_s:
                self._give_up_on(run)
            elif ran_s > run.kind.manifest.soft_time_limit_s:
                run.stop(Stop.TIMEOUT)
