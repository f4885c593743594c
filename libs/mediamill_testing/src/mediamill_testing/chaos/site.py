"""The servers under the fleet: a Postgres and a broker that can be killed, paused and started again where they were."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from mediamill import clock
from mediamill.db.migrate import migrate
from mediamill.db.session import Database
from mediamill.settings import Settings
from mediamill_testing.chaos.ambush import FOLDER
from mediamill_testing.chaos.brokers import Broker, ValkeyBroker
from mediamill_testing.chaos.disk import Disk
from mediamill_testing.chaos.vendor import ChaosVendor
from mill.stack import start_postgres
from mill.stack.errors import StackError
from mill.stack.ports import free_port

MARK = "MEDIAMILL_CHAOS"
"""Names the folder of the run in the environment of every process that belongs to it."""
TUNING = {"fsync": "off", "max_connections": "200"}
"""A killed process loses nothing that the kernel was given; only a power cut would need ``fsync``."""
RESTART_PATIENCE_S = 60.0


class Site:
    """The servers of a run, each always at the same address."""

    def __init__(self, folder: Path, make_broker: Callable[[Path], Broker] = ValkeyBroker) -> None:
        self.folder = folder
        self._postgres = start_postgres(folder / "postgres", tuning=TUNING)
        self.broker = make_broker(folder)
        self.database_url, self.broker_url = self._postgres.url, self.broker.url
        self.vendor = ChaosVendor()
        self.gateway_ports = (free_port(), free_port())
        self.disk = Disk(folder / "store")
        self.config = Settings(
            database_url=SecretStr(self.database_url), broker_url=SecretStr(self.broker_url), secret=SecretStr("chaos")
        )
        self.db = Database(self.config)
        migrate(self.db)
        self._changing = threading.RLock()

    def close(self) -> None:
        """End everything."""
        self.db.engine.dispose()
        self.vendor.close()
        self.broker.kill()
        self._postgres.stop()
        self.disk.close()

    def environment(self) -> dict[str, str]:
        """Give what the fleet's processes are told."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("MEDIAMILL_")}
        return {
            **ours,
            MARK: str(self.folder),
            "MEDIAMILL_DATABASE_URL": self.database_url,
            "MEDIAMILL_BROKER_URL": self.broker_url,
            "MEDIAMILL_STORE_URL": self.disk.folder.as_uri(),
            FOLDER: str(self.folder / "ambush"),
            "MEDIAMILL_SECRET": "chaos",
            "MEDIAMILL_TEST_KINDS": "1",
            "MEDIAMILL_TEST_VENDOR_URL": self.vendor.url,
            "MEDIAMILL_REPLICATE_BASE_URL": self.vendor.url,
            "MEDIAMILL_REPLICATE_API_TOKEN": "chaos",
            "MEDIAMILL_DRAIN_GRACE_S": "1",
            "MEDIAMILL_MAX_CRASHES": "1000",
            "PYTHONUNBUFFERED": "1",
        }

    def sql(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Look into the database on a connection of its own; wait for the database where it is away."""
        until = clock.monotonic() + RESTART_PATIENCE_S
        while True:
            try:
                with psycopg.connect(
                    self.database_url, autocommit=True, row_factory=dict_row, connect_timeout=5
                ) as connection:
                    return connection.execute(query, parameters).fetchall()
            except psycopg.OperationalError:
                if clock.monotonic() > until:
                    raise
                time.sleep(0.1)

    def restart_postgres(self, *, away_s: float) -> None:
        """Stop Postgres in good order and start it after a while."""
        with self._changing:
            self._postgres.stop()
            self._return_postgres(away_s)

    def kill_postgres(self, *, away_s: float) -> None:
        """Kill the postmaster and start it after a while; it recovers from its log."""
        with self._changing:
            self._postgres.process.kill()
            self._postgres.process.wait()
            self._return_postgres(away_s)

    def kill_backend(self) -> bool:
        """Kill the process behind some session; false if there was none."""
        query = "SELECT pid FROM pg_stat_activity WHERE application_name ~ '^mediamill [0-9]{4}$' LIMIT 1"
        with self._changing:
            found = self.sql(query)
            if found:
                with _gone_is_fine():
                    os.kill(found[0]["pid"], signal.SIGKILL)
        return bool(found)

    def restart_broker(self, *, away_s: float) -> None:
        """Stop the broker in good order and start it after a while."""
        with self._changing:
            self.broker.stop()
            time.sleep(away_s)
            self.broker.start()

    def kill_broker(self, *, away_s: float) -> None:
        """Kill the broker and start it after a while."""
        with self._changing:
            self.broker.kill()
            time.sleep(away_s)
            self.broker.start()

    def pause_broker(self, seconds: float) -> None:
        """Stop the broker's process in its tracks and let it go on after a while."""
        with self._changing, paused(self.broker.pid):
            time.sleep(seconds)

    def _return_postgres(self, away_s: float) -> None:
        time.sleep(away_s)
        port, until = self._postgres.port, clock.monotonic() + RESTART_PATIENCE_S
        while True:
            try:
                self._postgres = start_postgres(self.folder / "postgres", port=port, tuning=TUNING)
                return
            except StackError:  # what the killed one left behind is not gone yet
                if clock.monotonic() > until:
                    raise
                time.sleep(0.2)


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Hold a process still for the length of the block; one that is gone is no error."""
    try:
        os.kill(pid, signal.SIGSTOP)
        yield
    except ProcessLookupError:
        return
    finally:
        with _gone_is_fine():
            os.kill(pid, signal.SIGCONT)


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return
