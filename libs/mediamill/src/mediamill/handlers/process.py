"""A worker process: its running jobs, its heartbeat, its watch over them, its drain."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from mediamill import clock, leftovers
from mediamill.errors import MediamillError
from mediamill.handlers import endings
from mediamill.handlers.hearing import Hearing
from mediamill.handlers.parcel import Parcel
from mediamill.handlers.pulse import Health, PulseWriter
from mediamill.handlers.registration import Held, Registration
from mediamill.handlers.run import Run, Stop
from mediamill.handlers.runner import Parts, Relay, TimedOut, run_claimed
from mediamill.handlers.watch import Watch
from mediamill.hints import DISPATCH, SLOT, hint_url, job_topic, publish_hint, publish_hint_soon, tenant_topic
from mediamill.jobs import transition, undelivered
from mediamill.settings import settings
from mediamill.telemetry.traces import close_traces
from mediamill.wire.message import Received

log = logging.getLogger(__name__)

SLOT_WAIT_S = 0.25
"""How long a delivery may wait here for a slot: enough between two short jobs, and no other worker is kept waiting."""
SESSION_LOOK_S = 0.5
SESSION_RETRY_S = 0.05
PUT_BACK_S = 5.0
"""How long a delivery is put back while the database is away; what cannot be put back is published again."""
EXIT_DEAF = os.EX_TEMPFAIL
EXIT_STUCK = os.EX_SOFTWARE
LAST_STEPS_S = 2.5
"""How long runs that were told to stop may take to end by themselves: their children get a part of it."""
LEAVING_S = 5.0
"""How long the consumer may take to end when no run is left."""
LOST_AND_FOUND_S = 10.0
"""A lease that this worker does not know of for so long is handed back."""


class Slots(NamedTuple):
    """The slots of a worker."""

    busy: int
    idle: int
    is_draining: bool
    """It takes no more: its idle slots are none."""


class WorkerProcess:
    """Runs deliveries, at most ``slots`` at once, and keeps the database and the truth in step."""

    def __init__(
        self,
        parts: Parts,
        registration: Registration,
        *,
        slots: int,
        heartbeat_s: float,
        grace_s: float,
        hearing: Hearing | None = None,
        pulse: PulseWriter | None = None,
    ) -> None:
        self._parts = parts
        self._pulse = pulse
        self._hearing = hearing
        self._number_of_slots = slots
        self.registration = registration
        self._heartbeat_s = heartbeat_s
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(slots)
        self._running: dict[UUID, Run] = {}
        self._parcels: set[Parcel] = set()
        self.strange_since: dict[tuple[UUID, int], float] = {}
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._hurrying = threading.Event()
        self._exit_code = os.EX_OK
        self._drainer = threading.Thread(target=self._drain, name="drain", daemon=True)
        self._threads = [
            threading.Thread(target=self._beat_for_ever, name="heartbeat", daemon=True),
            *Watch(parts.db, hint_url(settings()), self.runs, self._give_up_on, self.relieve).threads(self._stopping),
            threading.Thread(target=self._keep_session_for_ever, name="session", daemon=True),
        ]

    def start(self) -> None:
        """Appear in the database and begin to watch; if the database is away, the heartbeat makes up for it."""
        if orphans := leftovers.kill_orphans():
            log.warning("%d processes that a dead worker left behind are ended", orphans)
        try:
            if not self._draining.is_set():
                self.registration.register()
                self._tell(Health.HEALTHY)
                publish_hint(DISPATCH, SLOT)
        except (SQLAlchemyError, psycopg.Error) as error:
            log.warning("could not register yet: %s", type(error).__name__)
        for thread in self._threads:
            thread.start()

    def deliver(self, deliveries: Sequence[Received]) -> None:
        """Claim deliveries and run them in a row; drop stale ones, return all if no slot is free or a drain began."""
        if self._hearing is not None:
            self._hearing.heard()
        parcel = Parcel(deliveries)
        if self._draining.is_set() or not self._slots.acquire(timeout=SLOT_WAIT_S):
            self._put_back(parcel)
            return
        with self._lock:
            self._parcels.add(parcel)
        try:
            self._work_off(parcel)
        finally:
            with self._lock:
                self._parcels.discard(parcel)
            self._slots.release()

    def _put_back(self, *parcels: Parcel) -> None:
        """Return what is left of parcels, for another slot or worker."""
        for parcel in parcels:
            for job_id, number in parcel.emptied():
                self._parts.db.one(undelivered.put_back(job_id, number), PUT_BACK_S)
        publish_hint(DISPATCH)

    def relieve(self) -> None:
        """Return what waits in this worker behind a run that takes longer than was expected."""
        with self._lock:
            held_up = [parcel for parcel in self._parcels if parcel.is_held_up(SLOT_WAIT_S)]
        if held_up:
            self._put_back(*held_up)

    def _work_off(self, parcel: Parcel) -> None:
        row = None
        while row is not None or (row := self._claimed(parcel)) is not None:
            row = self._run(row, parcel)

    def _claimed(self, parcel: Parcel) -> Any | None:
        """Claim the next delivery that is not stale, if there is one and this worker takes any more."""
        worker_id = self.registration.worker_id
        while not self._draining.is_set() and (received := parcel.next()) is not None:
            row = self._parts.db.one(transition.claim(*received, worker_id))
            if row is not None:
                return row
            self._parts.db.one(undelivered.refuse(*received, worker_id))
            log.debug("a delivery is stale or not served here", extra={"job_id": str(received.job_id)})
        self._put_back(parcel)
        return None

    def _run(self, row: Any, parcel: Parcel) -> Any | None:
        """Run what was claimed, and give what was claimed next while it ended."""
        publish_hint_soon(job_topic(row.id), tenant_topic(row.tenant_id))
        run = Run.of(row, self._parts.registry.kind(row.kind))
        with self._lock:
            self._running[run.job_id] = run
        try:
            return run_claimed(run, self._parts, Relay(parcel, self.registration.worker_id))
        finally:
            with self._lock:
                if self._running.get(run.job_id) is run:
                    del self._running[run.job_id]

    def drain(self) -> None:
        """Take no more; let jobs end within the grace, then hand the rest back. Told twice: at once. Never waits."""
        if self._draining.is_set():
            self._hurrying.set()
            return
        self._draining.set()
        self._tell(Health.DRAINING)
        self._drainer.start()

    def exit_code(self, consumer: int) -> int:
        """Tell how the process ends: as its drain does, if it was told to drain, else as the consumer did."""
        return self._exit_code if self._draining.is_set() else consumer

    def stop(self) -> None:
        """Leave the database, after the last run has ended."""
        self._stopping.set()
        if self._draining.is_set() and threading.current_thread() is not self._drainer:
            self._drainer.join()
        try:
            self.registration.leave()
        except (SQLAlchemyError, psycopg.Error) as error:
            log.warning("could not sign off: %s", type(error).__name__)
        if self._pulse is not None:
            self._pulse.remove()

    def _drain(self) -> None:
        until = clock.monotonic() + self._grace_s
        try:
            self.registration.drain()
        except SQLAlchemyError as error:
            log.warning("could not announce the drain: %s", type(error).__name__)
        with self._lock:
            parcels = list(self._parcels)
        self._put_back(*parcels)
        while self.runs() and clock.monotonic() < until and not self._hurrying.wait(0.1):
            pass
        for run in self.runs():
            run.stop(Stop.DRAIN)
        until = clock.monotonic() + LAST_STEPS_S
        while self.runs() and clock.monotonic() < until:
            time.sleep(0.1)
        # A deaf consumer may hear no signal either, so nobody waits for it.
        leaving_s = 0 if self._exit_code == EXIT_DEAF else LEAVING_S
        if self.runs() or not self._stopping.wait(leaving_s):
            self._leave_behind(self.runs(), self._exit_code)

    def _leave_behind(self, runs: list[Run], code: int) -> None:
        """Hand back the jobs of runs that do not end, and end the process, as a thread cannot be."""
        for run in runs:
            run.owner.kill()
        try:
            self._parts.db.run(lambda c: [self._hand_back(c, run.job_id, run.delivery, "drain") for run in runs], 2)
        except (SQLAlchemyError, MediamillError):
            log.exception("runs that do not end could not be handed back; the sweep finds them")
        self.stop()
        close_traces()
        os._exit(code)

    @staticmethod
    def _hand_back(connection: Connection, job_id: UUID, delivery: int, reason: str) -> None:
        connection.execute(*transition.hand_back(job_id, delivery, reason))
        connection.execute(*transition.release(job_id, delivery))

    @property
    def slots(self) -> Slots:
        """How many slots are in use, and how many are not."""
        busy = len(self.runs())
        return Slots(busy, self._number_of_slots - busy, is_draining=self._draining.is_set())

    def runs(self) -> list[Run]:
        """Give the runs that are under way."""
        with self._lock:
            return list(self._running.values())

    def _beat_for_ever(self) -> None:
        while not self._stopping.wait(self._heartbeat_s):
            try:
                self.beat()
                self._listen()
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("no heartbeat: %s", type(error).__name__)
                if self._pulse is not None:
                    self._pulse.missed()

    def _keep_session_for_ever(self) -> None:
        """Come back at once when only the session was cut, before anybody takes this worker for dead."""
        while not self._stopping.is_set():
            try:
                if self.registration.session_is_cut(SESSION_LOOK_S):
                    self.registration.keep_session()
            except (psycopg.Error, OSError, ValueError) as error:
                log.warning("the session was cut: %s", type(error).__name__)
                self._stopping.wait(SESSION_RETRY_S)

    def beat(self) -> None:
        """Say that the worker lives, begin anew if it was taken for dead, and hand back what is not known here."""
        held = self.registration.beat()
        if held is None:
            log.warning("this worker was taken for dead; it begins anew")
            for run in self.runs():
                run.stop(Stop.LOST)
            self.registration.register()
        if self._pulse is not None:
            self._pulse.beat()
        self._hand_back_strangers(held or ())

    def _tell(self, health: Health) -> None:
        if self._pulse is not None:
            self._pulse.become(health)

    def _listen(self) -> None:
        """End, to be started again, when this worker takes nothing though there is something."""
        if self._hearing is None or self._draining.is_set():
            return
        if self._hearing.is_deaf(self._number_of_slots - len(self.runs())):
            log.critical("this worker does not hear its queues any more; it ends, to be started again")
            self._exit_code = EXIT_DEAF
            self._tell(Health.DEAF)
            self.drain()

    def _hand_back_strangers(self, held: Sequence[Held]) -> None:
        """Hand back leases whose run is not here: their claim was committed but its answer never came."""
        mine = {(run.job_id, run.delivery) for run in self.runs()}
        strange = {(lease.job_id, lease.delivery) for lease in held} - mine
        now = clock.monotonic()
        self.strange_since = {lease: self.strange_since.get(lease, now) for lease in strange}
        for (job_id, delivery), since in self.strange_since.items():
            if now - since >= LOST_AND_FOUND_S:
                self._hand_back_stranger(job_id, delivery)

    def _hand_back_stranger(self, job_id: UUID, delivery: int) -> None:
        log.warning("a claim that never came back is handed back", extra={"job_id": str(job_id)})
        self._parts.db.run(lambda c: self._hand_back(c, job_id, delivery, "lost claim"))

    def _give_up_on(self, run: Run) -> None:
        """Fail a job whose thread does not stop, and begin a new process, as a thread cannot be killed."""
        facts = endings.describe(TimedOut(f"{run.kind.name} did not stop at its time limit."))
        try:
            self._parts.db.run(lambda c: endings.fail(c, run, facts))
        except (DBAPIError, MediamillError):
            log.exception("a stuck job could not be failed", extra={"job_id": str(run.job_id)})
        log.critical("a handler is stuck beyond its hard limit; this worker ends", extra={"job_id": str(run.job_id)})
        run.owner.kill()
        self._leave_behind([other for other in self.runs() if other is not run], EXIT_STUCK)
