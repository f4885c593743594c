"""One system under measurement: how it is posted to, when it has done all, and how its client learns of an end."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg

from mediamill_testing.queue.ledger import Line, read
from mediamill_testing.stacks import until
from mill.stack.ports import free_port
from rig.programs import Programs

START_TIMEOUT_S = 60.0


class Peer(ABC):
    """A running system with servers of its own; its worker may be started anew with another number of slots."""

    name: str
    needs_broker = True
    """Whether anything that matters is in Redis."""
    tells_ends = True
    """Whether ``left`` counts a job until its end, not only until it is taken."""
    usual_slots = 2
    """With how many slots it does best on two cores."""
    holds_waits = True
    """Whether a job that waits for a provider gives its slot, or a share of one, to others."""

    def __init__(self, folder: Path, vendor_url: str) -> None:
        self.programs = Programs(folder / self.name)
        self.programs.env["BENCH_VENDOR_URL"] = self.vendor_url = vendor_url
        self.url = f"http://127.0.0.1:{free_port()}"
        self.client = httpx.Client(base_url=self.url, timeout=60)
        self.database = psycopg.connect(self.programs.postgres.url, autocommit=True)
        self.slots = 0
        self.given_up = 0
        """What has not ended and is waited for no more."""

    def work(self, slots: int) -> None:
        """See to it that a worker runs with this many slots."""
        if slots != self.slots:
            self.programs.end("worker")
            self.start_worker(slots)

    @abstractmethod
    def start_worker(self, slots: int) -> None:
        """Start the worker; it need not be ready when this returns."""

    def kill_worker(self) -> None:
        """Kill the whole worker, children and all."""
        self.programs.kill("worker")
        self.slots = 0

    @abstractmethod
    def post(self, kind: str, input: dict[str, Any], tenant: int = 0) -> str:
        """Post a job over HTTP and give its id."""

    @abstractmethod
    def post_many(self, kind: str, inputs: Sequence[dict[str, Any]], tenant: int = 0) -> None:
        """Post up to 1,000 jobs over HTTP in one call."""

    @abstractmethod
    def left(self) -> int:
        """Count what has been posted and has not ended."""

    @abstractmethod
    def learn(self, job: str) -> None:
        """Return when a client knows of a job's end, in this system's own way."""

    def drain(self, patience_s: float = 300, every_s: float = 0.2) -> None:
        """Wait until everything has ended."""
        until(lambda: self.left() <= self.given_up, patience_s, every_s)

    def lines(self) -> list[Line]:
        """Read the ledger."""
        return read(self.programs.ledger)

    def forget(self) -> None:
        """Begin a new ledger."""
        self.programs.ledger.unlink(missing_ok=True)

    def warm_up(self) -> None:
        """Run a few jobs, so that nobody pays for a first time within a measurement."""
        for _ in range(20):
            self.post("noop", {})
        self.drain()

    def close(self) -> None:
        """End everything."""
        self.client.close()
        self.database.close()
        self.programs.close()


class Recipe(NamedTuple):
    """How a system behind a thin FastAPI is made of its file in ``peers/``."""

    name: str
    module: str
    left: str | None
    """The query that counts what has not ended; without one the broker is asked."""
    learn: Callable[[httpx.Client, str], None]
    worker: Callable[[int], tuple[str, ...]]
    prepare: tuple[str, ...] = ()
    needs_broker: bool = True
    holds_waits: bool = True
    usual_slots: int = 2


class FrontedPeer(Peer):
    """A system of a recipe."""

    def __init__(self, recipe: Recipe, folder: Path, vendor_url: str) -> None:
        self.name, self.recipe = recipe.name, recipe
        self.needs_broker, self.holds_waits = recipe.needs_broker, recipe.holds_waits
        self.usual_slots, self.tells_ends = recipe.usual_slots, recipe.left is not None
        super().__init__(folder, vendor_url)
        if recipe.prepare:
            self.programs.finish(*recipe.prepare)
        self.start_worker(self.usual_slots)
        port = self.url.rsplit(":", 1)[1]
        uvicorn = ("uvicorn", f"{recipe.module}:app", "--port", port, "--log-level", "warning", "--no-access-log")
        self.programs.start("gateway", *uvicorn)
        until(lambda: answers(self.client, "/openapi.json"), START_TIMEOUT_S)
        if recipe.left:
            until(self._has_tables, START_TIMEOUT_S)

    def start_worker(self, slots: int) -> None:
        """Start the worker."""
        self.programs.start("worker", *self.recipe.worker(slots))
        self.slots = slots

    def post(self, kind: str, input: dict[str, Any], tenant: int = 0) -> str:
        """Post a job; nobody but us knows tenants."""
        return str(self.client.post("/jobs", json={"kind": kind, "input": input}).raise_for_status().json()["id"])

    def post_many(self, kind: str, inputs: Sequence[dict[str, Any]], tenant: int = 0) -> None:
        """Post them in one call."""
        self.client.post("/jobs/batch", json={"kind": kind, "inputs": list(inputs)}).raise_for_status()

    def left(self) -> int:
        """Ask the rows, or the broker for what is in its list or taken and not acknowledged."""
        if self.recipe.left is None:
            return sum(self._broker_says(*command) for command in (("LLEN", "celery"), ("HLEN", "unacked")))
        return int(self.database.execute(self.recipe.left).fetchone()[0])  # type: ignore[index]

    def learn(self, job: str) -> None:
        """Learn in the system's own way."""
        self.recipe.learn(self.client, job)

    def _broker_says(self, *command: str) -> int:
        return int(self.programs.broker(*command))

    def _has_tables(self) -> bool:
        try:
            return self.left() >= 0
        except psycopg.Error:
            return False


def answers(client: httpx.Client, path: str) -> bool:
    """Tell whether a server is there."""
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False


def polling(every_s: float) -> Callable[[httpx.Client, str], None]:
    """Make a client that looks at the state from time to time."""

    def learn(client: httpx.Client, job: str) -> None:
        while not client.get(f"/jobs/{job}").json()["ended"]:
            time.sleep(every_s)

    return learn


def asking(client: httpx.Client, job: str) -> None:
    """Be a client that asks once and is answered at the end."""
    client.get(f"/jobs/{job}/end").raise_for_status()
