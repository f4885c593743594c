"""What runs in a data folder, as its supervisor writes it down for everybody else."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict, ValidationError

from mill.stack.errors import AlreadySupervised, NotRunning
from mill.stack.layout import Layout
from mill.stack.processes import Identity, is_alive
from mill.stack.secretfile import write_private


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Up(_Written):
    """How to reach a running stack: exactly what ``mill up --json`` prints."""

    url: str
    key: str
    operator_key: str
    pid: int
    data: str
    database_url: str
    broker_url: str


class PartState(_Written):
    """One process of the stack."""

    name: str
    pid: int
    started: str
    port: int | None = None
    restarts: int = 0
    log: str

    @property
    def identity(self) -> Identity:
        """Who that process is."""
        return Identity(self.pid, self.started)


class State(_Written):
    """A stack: who supervises it, what it is made of, and, once it is ready, how to reach it."""

    pid: int
    started: str
    up: Up | None = None
    parts: tuple[PartState, ...] = ()

    @property
    def supervisor(self) -> Identity:
        """Who the supervisor is."""
        return Identity(self.pid, self.started)


class Ports(_Written):
    """The ports of the last run."""

    gateway: int | None = None
    postgres: int | None = None
    valkey: int | None = None
    chain: int | None = None


def read_state(layout: Layout) -> State | None:
    """Give what was written down last, true or not; ``None`` when there is nothing that can be read."""
    try:
        return State.model_validate_json(layout.state.read_bytes())
    except (OSError, ValidationError):
        return None


def write_state(layout: Layout, state: State) -> None:
    """Write down what runs; it holds keys, so nobody else may read it."""
    write_private(layout.state, state.model_dump_json(indent=1))


def live_state(layout: Layout) -> State | None:
    """Give the state of a stack whose supervisor lives."""
    state = read_state(layout)
    return state if state is not None and is_alive(state.supervisor) else None


def running(layout: Layout) -> Up:
    """Give how to reach the running stack. Raises ``NotRunning``."""
    state = live_state(layout)
    if state is None or state.up is None:
        raise NotRunning(f"No stack runs in {layout.data}; start one with 'mill up --detach'.")
    return state.up


def read_ports(layout: Layout) -> Ports:
    """Give the ports of the last run, as far as they are known."""
    try:
        return Ports.model_validate_json(layout.ports.read_bytes())
    except (OSError, ValidationError):
        return Ports()


def write_ports(layout: Layout, ports: Ports) -> None:
    """Remember the ports of this run."""
    write_private(layout.ports, ports.model_dump_json())


@contextmanager
def supervising(layout: Layout) -> Iterator[None]:
    """Hold a data folder; the system lets go of it when this process ends, however it ends."""
    fd = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadySupervised(f"Another supervisor holds {layout.data}.") from None
        yield
    finally:
        os.close(fd)
