"""One database, two ways to reach it: blocking in workers and conductor, async in the gateway.

Verbs that need more than one statement are written once, against a blocking ``Connection``; the gateway runs them
with ``AsyncConnection.run_sync``. Only the two units of work here commit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from mediamill.clock import monotonic
from mediamill.db.direct import AWAY, Direct
from mediamill.db.direct_async import AsyncDirect
from mediamill.db.liveness import has_hung_up
from mediamill.db.prepared import Prepared
from mediamill.db.rollout import session_name
from mediamill.settings import Settings, settings

T = TypeVar("T")

PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
"""Hot statements find all by keys: planned once a connection, and not by what an empty table was like at that time."""

SESSION = "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC"

log = logging.getLogger(__name__)


class Database:
    """Lazily opened pools on the same database."""

    def __init__(self, config: Settings) -> None:
        self._config = config

    @cached_property
    def engine(self) -> Engine:
        """The blocking pool."""
        return _watched(create_engine(self._url, **self._options))

    @cached_property
    def async_engine(self) -> AsyncEngine:
        """The async pool."""
        engine = create_async_engine(self._url, **self._options)
        _watched(engine.sync_engine)
        return engine

    @contextmanager
    def unit_of_work(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self.engine.begin() as connection:
            yield connection

    @cached_property
    def direct(self) -> Direct:
        """The driver's own connections, on which every statement is a transaction: one round trip instead of three."""
        return Direct(self._config.database_url.get_secret_value(), self._hot, self._config.pool_size)

    @cached_property
    def forgetful(self) -> Direct:
        """The same, for what Postgres may forget when it dies: it does not wait for the disk.

        Only for what is done again by itself when it is lost, and before which no later durable change can be kept.
        """
        return Direct(self._config.database_url.get_secret_value(), self._unhurried, self._config.pool_size)

    @cached_property
    def async_direct(self) -> AsyncDirect:
        """The same, async."""
        return AsyncDirect(self._config.database_url.get_secret_value(), self._hot)

    @property
    def _hot(self) -> dict[str, Any]:
        options: dict[str, Any] = self._options["connect_args"]
        return _with(options, PLANNED_ONCE)

    @property
    def _unhurried(self) -> dict[str, Any]:
        return _with(self._hot, "-c synchronous_commit=off")

    def run(self, work: Callable[[Connection], T], patience_s: float = 60) -> T:
        """Run ``work`` in a transaction of its own, again and again while the database is away.

        For work that may be repeated: guarded transitions and reads. Raises the last error after ``patience_s``.
        """

        def once() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        return _patiently(once, patience_s)

    def one(self, statement: Prepared, patience_s: float = 60) -> Any | None:
        """Run one statement as its own transaction, as patiently, and give its first row."""
        return next(iter(self.rows(statement, patience_s)), None)

    def rows(self, statement: Prepared, patience_s: float = 60) -> list[Any]:
        """The same, and give all rows."""
        return _patiently(lambda: self.direct.rows(statement), patience_s)

    @asynccontextmanager
    async def async_unit_of_work(self) -> AsyncIterator[AsyncConnection]:
        """The same, async."""
        async with self.async_engine.begin() as connection:
            yield connection

    @property
    def _url(self) -> Any:
        return make_url(self._config.database_url.get_secret_value()).set(drivername="postgresql+psycopg")

    @property
    def _options(self) -> dict[str, Any]:
        return {
            "pool_size": self._config.pool_size,
            "max_overflow": self._config.pool_size,
            "pool_pre_ping": False,
            "pool_recycle": 1800,
            "connect_args": {
                "connect_timeout": 5,
                "prepare_threshold": 5 if self._config.prepare_statements else None,
                **({"options": SESSION} if self._config.session_options else {}),
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "application_name": session_name(),
            },
        }


def _with(arguments: dict[str, Any], options: str) -> dict[str, Any]:
    """Add options of a session, if there are to be any."""
    return {**arguments, "options": f"{arguments['options']} {options}"} if "options" in arguments else arguments


def _watched(engine: Engine) -> Engine:
    """Have the pool open a connection anew that the server has closed, rather than fail whoever gets it."""

    @event.listens_for(engine, "checkout")
    def look(connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if record.driver_connection is not None and has_hung_up(record.driver_connection):
            raise DisconnectionError("the server has hung up")

    return engine


def _patiently(work: Callable[[], T], patience_s: float) -> T:
    until, delay_s = monotonic() + patience_s, 0.05
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError, *AWAY) as error:
            if monotonic() + delay_s > until:
                raise
            log.warning("the database is away, trying again: %s", type(getattr(error, "orig", error)).__name__)
        time.sleep(delay_s)
        delay_s = min(delay_s * 2, 2)


@lru_cache(maxsize=1)
def database() -> Database:
    """Give this process's database."""
    return Database(settings())
