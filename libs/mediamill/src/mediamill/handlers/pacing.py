"""Asking in turn: one request at a time of all workers, so far apart as those want who are asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from mediamill.db.session import Database
from mediamill.errors import RateLimited
from mediamill.handlers.run import Run
from mediamill.processes import Stopped
from mediamill.providers import paces

T = TypeVar("T")

PATIENCE_S = 10.0
"""A turn is waited for so long with the slot held; where it is further away the job goes back in line."""
TOO_FAST_S = 2.0
"""For how long nobody asks after a refusal that does not tell."""


class Pacer:
    """Gives a run its turns."""

    def __init__(self, run: Run, db: Database) -> None:
        self._run = run
        self._db = db

    def ask(self, name: str, every_s: float, request: Callable[[], T]) -> T:
        """Wait for the next turn and ask. A refusal for being too fast holds everybody back, not this run alone."""
        row = self._db.one(paces.turn(name, every_s, PATIENCE_S))
        if row is None:
            wait_s = random.uniform(1, 2) * PATIENCE_S
            raise RateLimited(f"More is asked of {name} than it allows.", retry_after_s=wait_s)
        if self._run.owner.stopped.wait(max(0.0, row.wait_s)):
            raise Stopped
        try:
            return request()
        except RateLimited as refusal:
            seconds = TOO_FAST_S if refusal.retry_after_s is None else refusal.retry_after_s
            self._db.one(paces.put_off(name, seconds))
            raise
