"""A Mediamill in one process: real Postgres, the real dispatcher, sweep and runner; only the wire is a list."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from conductor.dispatch.tick import Dispatcher
from conductor.money.tick import Treasurer
from conductor.sweep.tick import Sweeper
from conductor.watch.tick import Watcher
from mediamill import clock
from mediamill.assets.files import FileStore
from mediamill.assets.keep import keep
from mediamill.contracts import Ask
from mediamill.db.session import Database
from mediamill.events.model import Event
from mediamill.handlers.handler import served
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.registration import Registration
from mediamill.handlers.runner import Parts
from mediamill.ids import uuid7
from mediamill.jobs.accept import Request, accept
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL, State
from mediamill.provenance.signer import open_signer
from mediamill.providers.model import PredictionRow
from mediamill.queues.manifest import read_manifest
from mediamill.queues.registry import Queue, Registry
from mediamill.settings import Settings
from mediamill.steps.model import Step
from mediamill.tenants.model import Tenant
from mediamill.wire.message import Delivery, Received
from mediamill_vendors import shelf

PACKAGES = {
    "test": "mediamill_testing.queue",
    "shop": "mediamill_testing.workshop",
    "market": "mediamill_testing.market",
}


class ListWire:
    """A wire that keeps what is published; a test may lose or repeat some of it."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.was_away = False

    def publish(self, deliveries: list[Delivery], in_a_row: int = 1) -> int:
        """Take deliveries."""
        self.deliveries += deliveries
        return len(deliveries)

    def came_back(self) -> bool:
        """Tell what the test says, once."""
        told, self.was_away = self.was_away, False
        return told


def engine_registry(*names: str) -> Registry:
    """Give the test queue and the workshop, or those of ``PACKAGES`` that are named, whatever else is installed."""
    return Registry({name: _queue(name, PACKAGES[name]) for name in names or ("test", "shop")})


def _queue(name: str, package: str) -> Queue:
    folder = Path(str(importlib.import_module(package).__file__)).parent
    return Queue(name, package, read_manifest(folder / "queue.toml"))


class Mill:
    """The engine, driven turn by turn."""

    def __init__(self, config: Settings, folder: Path, registry: Registry | None = None) -> None:
        self.config = config
        self.db = Database(config)
        self.registry = registry or engine_registry()
        self.store = FileStore(folder / "store")
        self.signer = open_signer(config)
        self.wire = ListWire()
        self.dispatcher = Dispatcher(self.db, self.registry, self.wire, config)  # type: ignore[arg-type]  # same verb
        self.sweeper = Sweeper(self.db, self.wire, config)  # type: ignore[arg-type]  # same verb
        self.treasurer = Treasurer(self.db)
        self.watchers = [Watcher(self.db, name, shelf.vendor, config) for name in shelf.NAMES]
        self.watcher = self.watchers[0]
        for queue in self.registry.queues.values():
            queue.load_handlers()
        self.tenant = self.add_tenant("first")
        self.worker = self.add_worker()

    def close(self) -> None:
        """Let go of the database."""
        self.worker.stop()
        self.db.engine.dispose()

    def add_tenant(self, name: str, **facts: Any) -> UUID:
        """Make a tenant."""
        tenant_id = uuid7()
        with self.db.unit_of_work() as connection:
            connection.execute(insert(Tenant).values(id=tenant_id, name=name, **facts))
        return tenant_id

    def add_worker(self, slots: int = 8, **generations: list[int]) -> WorkerProcess:
        """Register a worker of every queue that runs in this process.

        ``generations`` tells what it has of a kind, as ``shop_roll=[1]``; without that it has all that there is.
        """
        url, queues = self.config.database_url.get_secret_value(), list(self.registry.queues)
        told = {kind.replace("_", "."): numbers for kind, numbers in generations.items()}
        serves = {**served(self.registry.queues.values()), **told}
        registration = Registration(self.db, url, queues, slots, serves=serves, holds_session=True)
        registration.register()
        parts = Parts(self.db, self.registry, self.store, self.signer)
        return WorkerProcess(parts, registration, slots=slots, heartbeat_s=60, grace_s=0)

    def request(self, kind: str, input: Mapping[str, Any] | Ask | None = None, **facts: Any) -> Request:
        """Make a request of the first tenant, or of ``tenant_id``."""
        found = self.registry.kind(kind)
        ask = input if isinstance(input, Ask) else found.read(input or {})
        return Request(kind=found, input=ask, **{"tenant_id": self.tenant, **facts})

    def accept(self, kind: str, input: Mapping[str, Any] | None = None, **facts: Any) -> UUID:
        """Accept a job."""
        with self.db.unit_of_work() as connection:
            return accept(connection, [self.request(kind, input, **facts)])[0].job_id

    def give(self, content: bytes, media_type: str) -> str:
        """Have the first tenant own these bytes, and give the asset's id."""
        blob = self.store.put([content])
        facts: dict[str, Any] = {"media_type": media_type, "width": None, "height": None, "duration_s": None}
        return str(self.db.run(lambda connection: keep(connection, self.tenant, blob, **facts)).id)

    def turn(self) -> int:
        """Sweep, dispatch, and run everything that is on the wire; tell how much happened."""
        happened = self.sweeper.tick() + sum(watcher.tick() for watcher in self.watchers) + self.dispatcher.tick()
        deliveries, self.wire.deliveries = self.wire.deliveries, []
        for delivery in deliveries:
            self.worker.deliver([Received(delivery.job_id, delivery.number)])
        return happened + len(deliveries)

    def work_until_idle(self, patience_s: float = 20) -> None:
        """Take turns until nothing happens any more. Raises ``TimeoutError``."""
        until = clock.monotonic() + patience_s
        while self.turn():
            if clock.monotonic() > until:
                raise TimeoutError("the mill does not come to rest")

    def work_until_ended(self, job_id: UUID, patience_s: float = 20) -> State:
        """Take turns until a job has ended, also through waits that only time ends."""
        until = clock.monotonic() + patience_s
        while (state := self.state_of(job_id)) not in FINAL:
            if clock.monotonic() > until:
                raise TimeoutError(f"job {job_id} is still {state}")
            self.turn()
        return state

    def job(self, job_id: UUID) -> Row[Any]:
        """Give a job's row."""
        with self.db.unit_of_work() as connection:
            return connection.execute(select(Job.__table__).where(Job.id == job_id)).one()

    def state_of(self, job_id: UUID) -> State:
        """Give a job's state."""
        return State(self.job(job_id).state)

    def events(self, job_id: UUID) -> list[Row[Any]]:
        """Give a job's events, in order."""
        with self.db.unit_of_work() as connection:
            return list(connection.execute(select(Event.__table__).where(Event.job_id == job_id).order_by(Event.seq)))

    def told(self, job_id: UUID) -> list[str]:
        """Give the types of a job's events, without their prefix."""
        return [event.type.removeprefix("job.") for event in self.events(job_id)]

    def steps(self, job_id: UUID) -> list[Row[Any]]:
        """Give a job's journal."""
        with self.db.unit_of_work() as connection:
            return list(connection.execute(select(Step.__table__).where(Step.job_id == job_id).order_by(Step.ordinal)))

    def predictions(self, job_id: UUID) -> list[Row[Any]]:
        """Give a job's purchases."""
        query = select(PredictionRow.__table__).where(PredictionRow.job_id == job_id).order_by(PredictionRow.ordinal)
        with self.db.unit_of_work() as connection:
            return list(connection.execute(query))

    def children(self, job_id: UUID) -> list[Row[Any]]:
        """Give a job's children, oldest first."""
        with self.db.unit_of_work() as connection:
            return list(connection.execute(select(Job.__table__).where(Job.parent_id == job_id).order_by(Job.id)))
