"""A gateway on a fresh database, asked in this process; and one in a process of its own, for streams and limits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from gateway.server import Server
from mediamill.clock import monotonic
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_testing.front import Caller, asking, gateway_settings, make_caller
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.plugin import read_settings_anew
from mill.stack.ports import free_port


class Served(NamedTuple):
    """A gateway on a socket, in a thread."""

    url: str
    server: Server
    thread: threading.Thread

    def stop(self) -> None:
        """End it as SIGTERM does."""
        self.server.should_exit = True
        self.thread.join(20)


class Process(NamedTuple):
    """A gateway in its own process."""

    url: str
    popen: subprocess.Popen[bytes]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Settings:
    return gateway_settings(database_url, tmp_path)


@pytest.fixture
def caller_of(mill: Mill) -> Callable[..., Caller]:
    """Gives a key of a tenant, with scopes."""
    return partial(make_caller, mill)


@pytest.fixture
def working(mill: Mill) -> Iterator[None]:
    """The mill at work in the background."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            mill.turn()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def owner(mill: Mill) -> Caller:
    return make_caller(mill, mill.tenant, Scope.JOBS)


@pytest.fixture
def stranger(mill: Mill) -> Caller:
    return make_caller(mill, mill.add_tenant("stranger"), Scope.JOBS)


@pytest.fixture
def operator(mill: Mill) -> Caller:
    return make_caller(mill, mill.add_tenant("operators"), Scope.OPERATOR)


@pytest.fixture
def app(config: Settings) -> FastAPI:
    return create_app(config, engine_registry())


@pytest.fixture
async def client(app: FastAPI, owner: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's client."""
    async with asking(app, owner) as made:
        yield made


@pytest.fixture
def serve(config: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """Serves a gateway over a real socket from a thread; settings can be changed by name. URLs lead to the last one."""
    started: list[Served] = []

    def start(**changes: Any) -> Served:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        monkeypatch.setenv("MEDIAMILL_PUBLIC_URL", url)
        read_settings_anew()
        app = create_app(config.model_copy(update={"max_upload_bytes": 500_000_000, **changes}), engine_registry())
        server = Server(app, "127.0.0.1", port)
        thread = threading.Thread(target=server.run)
        thread.start()
        started.append(Served(url, server, thread))
        _wait_until_ready(url, thread.is_alive)
        return started[-1]

    yield start
    for served in started:
        served.stop()
    monkeypatch.undo()
    read_settings_anew()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


@pytest.fixture
def process(config: Settings, valkey_url: str, mill: Mill) -> Iterator[Process]:
    """The gateway as it is deployed: a process, with every installed queue."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "MEDIAMILL_DATABASE_URL": config.database_url.get_secret_value(),
        "MEDIAMILL_BROKER_URL": valkey_url,
        "MEDIAMILL_STORE_URL": config.store_url,
        "MEDIAMILL_PUBLIC_URL": url,
    }
    popen = subprocess.Popen([sys.executable, "-m", "gateway", "--port", str(port)], env=environment)
    try:
        _wait_until_ready(url, lambda: popen.poll() is None)
        yield Process(url, popen)
    finally:
        popen.kill()
        popen.wait()


def _wait_until_ready(url: str, alive: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        if not alive():
            raise RuntimeError("the gateway ended while it started")
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError("the gateway is not ready")
