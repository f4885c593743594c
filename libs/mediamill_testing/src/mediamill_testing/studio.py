"""A gateway on a socket and a mill at work behind it, in this process, for the clients of other people's APIs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from conductor.loops import Loop
from gateway.app import create_app
from gateway.compat.patience import Patience
from gateway.server import Server
from mediamill.queues.registry import Registry, discover
from mediamill.settings import Settings
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope, new_key
from mediamill_testing.harness import Mill
from mill.stack.ports import free_port

QUEUES = ("audio", "image", "test", "text", "video")
LEASE_S = 3600
"""The mill's worker has no heartbeat while all goes well, and a studio is open for as long as its tests take."""
_TURN_S = 0.02


class Studio(NamedTuple):
    """A running gateway, a key for it, and the mill that does its jobs unless it is told to rest."""

    url: str
    key: str
    mill: Mill
    hands: threading.Lock
    """Held by whoever says whether there is work: the mill for each turn, a test that has it rest."""
    patience: Patience

    @contextmanager
    def without_seats(self) -> Iterator[None]:
        """Let nobody wait for the end of a job for the length of the block."""
        most, self.patience.most = self.patience.most, 0
        try:
            yield
        finally:
            self.patience.most = most

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Do no jobs for the length of the block, which begins when the turn under way has ended."""
        with self.hands:
            yield

    def another_key(self, name: str, **facts: Any) -> str:
        """Give a key of another tenant."""
        return _key_of(self.mill, self.mill.add_tenant(name, **facts))


@contextmanager
def open_studio(database_url: str, folder: Path, **changes: Any) -> Iterator[Studio]:
    """Serve every local kind, real and for tests, for the length of the block."""
    config = Settings(
        database_url=SecretStr(database_url),
        store_url=f"file://{folder / 'store'}",
        poll_s=0.05,
        lease_s=LEASE_S,
        secret=SecretStr(os.environ["MEDIAMILL_SECRET"]),
        **changes,
    )
    registry = Registry({name: queue for name, queue in discover().queues.items() if name in QUEUES})
    mill = Mill(config, folder, registry)
    hands = threading.Lock()
    worker = Loop("studio", lambda: _work(mill, hands), time.sleep, _TURN_S)
    port = free_port()
    app = create_app(config, registry)
    server = Server(app, "127.0.0.1", port)
    gateway = threading.Thread(target=server.run)
    try:
        worker.start()
        gateway.start()
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url, gateway)
        yield Studio(url, _key_of(mill, mill.tenant), mill, hands, app.state.patience)
    finally:
        server.should_exit = True
        worker.stop()
        gateway.join(20)
        worker.join(60)
        mill.close()


def _work(mill: Mill, hands: threading.Lock) -> int:
    """Take a turn. After one that broke the worker looks to itself at once, as its heartbeat would have it do."""
    try:
        with hands:
            return mill.turn()
    except (SQLAlchemyError, psycopg.Error):
        mill.worker.beat()
        raise


def _key_of(mill: Mill, tenant_id: Any) -> str:
    key = new_key()
    with mill.db.unit_of_work() as connection:
        connection.execute(queries.add_key(tenant_id, key, name="", scopes=[Scope.JOBS], expires_at=None))
    return key.secret


def _wait_until_ready(url: str, gateway: threading.Thread) -> None:
    for _ in range(600):
        if not gateway.is_alive():
            raise RuntimeError("the gateway ended while it started")
        try:
            if httpx.get(f"{url}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the gateway is not ready")
