"""One turn of the treasurer: free what ended jobs have reserved, count what is new into the days."""

from __future__ import annotations

import logging

from mediamill import clock
from mediamill.budgets import audit
from mediamill.budgets.release import BATCH, ENDED, release
from mediamill.budgets.usage import SOURCES, fold
from mediamill.db.session import Database

log = logging.getLogger(__name__)

MONEY_S = 5.0
FOLD_EVERY_S = 20.0
FOLDED_AT_ONCE_S = 5.0
"""A long past is counted in several turns, so that money is freed meanwhile."""


class Treasurer:
    """Keeps the books in order. Several may work side by side."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._fold_at = 0.0

    def tick(self) -> int:
        """Take a turn and tell how many jobs gave something back."""
        freed = self._release()
        if clock.monotonic() >= self._fold_at:
            is_done = self.fold(FOLDED_AT_ONCE_S)
            self._fold_at = clock.monotonic() + (FOLD_EVERY_S if is_done else 0)
        return freed

    def fold(self, most_s: float) -> bool:
        """Count what is new, for about so many seconds at most; tell whether all was counted."""
        until = clock.monotonic() + most_s
        for source in SOURCES:
            while self._fold(source):
                if clock.monotonic() > until:
                    return False
        return True

    def _fold(self, source: str) -> int:
        with self._db.unit_of_work() as connection:
            return fold(connection, source)

    def _release(self) -> int:
        freed = 0
        while True:
            with self._db.unit_of_work() as connection:
                ended = list(connection.execute(ENDED).scalars())
                done = release(connection, ended)
            freed += done
            if len(ended) < BATCH or not done:
                return freed


def check_books(db: Database) -> int:
    """Log each balance that is not what the ledger says and tell how many there are; there must be none."""
    with db.unit_of_work() as connection:
        found = connection.execute(audit.CHECK).all()
    for row in found:
        log.error("the books differ: %s %s %s: reserved by %s, spent by %s", *row)
    return len(found)
