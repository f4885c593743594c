"""One database, two ways to reach it: blocking in workers and conductor, async in the gateway.

Verbs that need more than one statement are written once, against a blocking ``Connection``; the gateway runs them
with ``AsyncConnection.run_sync``. Only the two units of work here commit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mediamill.settings import Settings, settings


class Database:
    """Lazily opened pools on the same database."""

    def __init__(self, config: Settings) -> None:
        self._config = config

    @cached_property
    def engine(self) -> Engine:
        """The blocking pool."""
        return create_engine(self._url, **self._options)

    @cached_property
    def async_engine(self) -> AsyncEngine:
        """The async pool."""
        return create_async_engine(self._url, **self._options)

    @contextmanager
    def unit_of_work(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with self.engine.begin() as connection:
            yield connection

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
                "options": "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "application_name": "mediamill",
            },
        }


@lru_cache(maxsize=1)
def database() -> Database:
    """Give this process's database."""
    return Database(settings())
