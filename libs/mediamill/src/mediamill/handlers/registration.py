"""A worker's presence in the database: its row, its session lock, its heartbeat."""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection, delete, insert, select, text, update

from mediamill.db.session import Database
from mediamill.ids import uuid7
from mediamill.jobs.model import Lease, Worker
from mediamill.queues.generations import Serves, cohort_of

LOCK_CLASS = 0x6D696C
"""The first key of every worker's advisory lock; the second is the worker's number."""

BEAT_S = 5.0
"""How long a heartbeat waits for a database that is away; the next one tries again."""

BEAT = text("""
UPDATE workers SET seen_at = now() WHERE id = :worker_id
RETURNING (SELECT json_agg(json_build_array(job_id, delivery)) FROM leases WHERE worker_id = workers.id) AS leases
""")


class Held(NamedTuple):
    """A lease that the database thinks this worker holds."""

    job_id: UUID
    delivery: int


class Registration:
    """Registers a worker and keeps one session open whose end tells of the worker's death."""

    def __init__(
        self, db: Database, url: str, queues: list[str], slots: int, *, serves: Serves, holds_session: bool
    ) -> None:
        self._db = db
        self._url = url
        self._queues = queues
        self._slots = slots
        self.serves = serves
        self.cohort = cohort_of(serves)
        self._holds_session = holds_session
        self._session: psycopg.Connection[Any] | None = None
        self._changing = threading.Lock()
        self._has_left = False
        self._is_draining = False
        self.worker_id = uuid7()
        self._number = 0

    def register(self) -> None:
        """Appear under a new id. The lock is taken first, so that nobody sees the row without it."""
        self.worker_id = uuid7()
        self._number = self._db.run(lambda c: c.execute(text("SELECT nextval('worker_numbers')")).scalar_one(), BEAT_S)
        with self._changing:
            self._open_session()
        self._db.run(self._insert, BEAT_S)

    def beat(self) -> list[Held] | None:
        """Say that the worker lives and hear which leases it is thought to hold.

        ``None``: it was taken for dead and must register again.
        """
        self.keep_session()
        alive = self._db.run(lambda c: c.execute(BEAT, {"worker_id": self.worker_id}).first(), BEAT_S)
        return None if alive is None else [Held(UUID(job), delivery) for job, delivery in alive.leases or ()]

    def keep_session(self) -> None:
        """Open the session again if it was cut."""
        with self._changing:
            if self._number and not self._has_left and not self._session_lives():
                self._open_session()

    def session_is_cut(self, timeout_s: float) -> bool:
        """Tell whether the session may have been cut, as soon as it is or after ``timeout_s``: then look."""
        session = self._session
        if session is None or session.closed:
            time.sleep(timeout_s)
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(session.fileno(), selectors.EVENT_READ)
            return bool(selector.select(timeout_s))

    def drain(self) -> None:
        """Say that the worker takes no more, now and whenever it registers again."""
        self._is_draining = True
        draining = update(Worker).where(Worker.id == self.worker_id).values(draining=True)
        self._db.run(lambda c: c.execute(draining), patience_s=2)

    def leave(self) -> None:
        """Disappear; what is still leased to the worker is left to the sweep."""
        idle = ~select(Lease.job_id).where(Lease.worker_id == self.worker_id).exists()
        self._db.run(lambda c: c.execute(delete(Worker).where(Worker.id == self.worker_id, idle)), patience_s=2)
        with self._changing:
            self._has_left = True
            self.close_session()

    def _insert(self, connection: Connection) -> None:
        row = {
            "id": self.worker_id,
            "number": self._number,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "queues": self._queues,
            "slots": self._slots,
            "draining": self._is_draining,
            "serves": self.serves,
            "cohort": self.cohort,
        }
        connection.execute(insert(Worker).values(row))

    def _open_session(self) -> None:
        """Hold the lock again and say so: who was seen since a restart of Postgres is known to die by its session."""
        self.close_session()
        if not self._holds_session:
            return
        self._session = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name=f"mediamill worker {self._number}",
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        self._session.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, self._number))
        self._session.execute("UPDATE workers SET seen_at = now() WHERE number = %s", (self._number,))

    def _session_lives(self) -> bool:
        if not self._holds_session:
            return True
        try:
            if self._session is None or self._session.closed:
                return False
            self._session.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def close_session(self) -> None:
        """End the session; Postgres lets go of its lock at once, as when the worker dies."""
        if self._session is not None:
            self._session.close()
            self._session = None
