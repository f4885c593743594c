"""The same as ``direct`` for the gateway's hot statements: async, and once only, since nobody here may wait long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row

from mediamill.db.direct import written
from mediamill.db.liveness import has_hung_up
from mediamill.db.prepared import Prepared


class Unsure(Exception):
    """The statement failed or was cut off: it was run as a whole or not at all, and nobody knows which."""


class _Session(NamedTuple):
    connection: psycopg.AsyncConnection[Any]
    cursor: psycopg.AsyncCursor[Any]


class AsyncDirect:
    """Autocommit connections, as many as were in use at once."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._url = url
        self._options = options
        self._idle: list[_Session] = []

    async def rows(self, statement: Prepared) -> list[Any]:
        """Run a statement and give its rows, each with its columns as attributes. Raises ``Unsure``."""
        try:
            session = await self._take() or await self._open()
        except (psycopg.Error, OSError) as error:
            raise Unsure from error
        try:
            text, constants = written(statement.clause)
            await session.cursor.execute(text.encode(), {**constants, **statement.values})
            return await session.cursor.fetchall()
        except psycopg.Error as error:
            raise Unsure from error
        finally:
            await self._give_back(session)

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().connection.close()

    async def _take(self) -> _Session | None:
        while self._idle:
            session = self._idle.pop()
            if not has_hung_up(session.connection):
                return session
            await session.connection.close()
        return None

    async def _open(self) -> _Session:
        connect = psycopg.AsyncConnection.connect
        connection = await connect(self._url, autocommit=True, row_factory=namedtuple_row, **self._options)
        return _Session(connection, connection.cursor())

    async def _give_back(self, session: _Session) -> None:
        """Keep a connection that is at rest; one that was cut off in the middle is closed."""
        if session.connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._idle.append(session)
        else:
            await session.connection.close()
