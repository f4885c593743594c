"""Looks at the journal again and again, so that afterwards a step that was written twice is found out."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import psycopg

from mediamill_testing.chaos.site import Site

EVERY_S = 0.3
DONE_STEPS = """
SELECT job_id, ordinal, started_at, finished_at, result FROM steps WHERE state = 'done' AND type IN ('step', 'effect')
"""


class Watch:
    """Remembers each finished step as it was when first seen, and each that was seen otherwise later."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stopping = threading.Event()
        self.first: dict[tuple[UUID, int], tuple[Any, ...]] = {}
        self.changed: list[str] = []
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look a last time."""
        self._stopping.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._stopping.wait(EVERY_S):
            try:
                self._look()
            except psycopg.Error:
                continue

    def _look(self) -> None:
        for row in self._site.sql(DONE_STEPS):
            key = (row["job_id"], row["ordinal"])
            facts = (row["started_at"], row["finished_at"], repr(row["result"]))
            if self.first.setdefault(key, facts) != facts:
                self.changed.append(f"step {key[1]} of {key[0]} was {self.first[key]} and became {facts}")
                self.first[key] = facts
