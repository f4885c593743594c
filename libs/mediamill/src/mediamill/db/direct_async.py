"""The same as ``direct`` for the gateway's hot statements: async, and once only, since nobody here may wait long.

A statement costs its own sending and reading and no more: libpq is driven here, since the driver's async connections
watch their socket anew for every statement, which is a dozen system calls.
"""

from __future__ import annotations

import asyncio
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from mediamill.db.direct import Written, adapted, written
from mediamill.db.prepared import Prepared

_NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # as in ``direct``
_FINE = {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}


class Unsure(Exception):
    """The statement failed or was cut off: it was run as a whole or not at all, and nobody knows which."""


class AsyncDirect:
    """Autocommit connections, as many as were in use at once."""

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._url = url
        self._options = options
        self._idle: list[_Session] = []

    async def rows(self, statement: Prepared) -> list[Any]:
        """Run a statement and give its rows, each with its columns as attributes. Raises ``Unsure``."""
        try:
            session = self._take() or await self._open()
        except (psycopg.Error, OSError) as error:
            raise Unsure from error
        try:
            found = await session.rows(written(statement.clause, _NUMBERED), statement.values)
        except psycopg.Error as error:
            raise Unsure from error
        finally:
            if session.is_at_rest:
                self._idle.append(session)
            else:
                await session.close()
        return found

    async def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().close()

    def _take(self) -> _Session | None:
        while self._idle:
            if (session := self._idle.pop()).is_at_rest:
                return session
        return None

    async def _open(self) -> _Session:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **self._options)
        return _Session(connection, prepares=self._options.get("prepare_threshold", 0) is not None)


class _Session:
    """A connection whose socket is watched as long as it is open; for one statement at a time.

    One that failed is not used again: what went wrong may be what it had prepared.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any], *, prepares: bool) -> None:
        self._connection = connection
        self._wire = connection.pgconn
        self._wire.nonblocking = 1
        self._socket = self._wire.socket
        self._transformer = Transformer(connection)
        self._prepares = prepares
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._loop = asyncio.get_running_loop()
        self._results: list[pq.abc.PGresult] = []
        self._answer: asyncio.Future[list[pq.abc.PGresult]] | None = None
        self.is_at_rest = True
        """Open, and nothing is under way: it may be used."""
        self._loop.add_reader(self._socket, self._read)

    async def rows(self, statement: Written, values: Mapping[str, Any]) -> list[Any]:
        """Run a statement. Raises ``psycopg.Error``."""
        self.is_at_rest = False
        given = {**statement.constants, **values}
        formats = [PyFormat.AUTO] * len(statement.numbered)
        transformer = self._transformer
        wanted = transformer.dump_sequence([adapted(given[name]) for name in statement.numbered], formats)
        types = transformer.types or ()
        if self._prepares:
            name = self._names.get((statement.sql, types)) or await self._prepare(statement.sql, types)
            result = await self._asked(lambda: self._wire.send_query_prepared(name, wanted, transformer.formats))
        else:
            sql = statement.sql
            result = await self._asked(lambda: self._wire.send_query_params(sql, wanted, types, transformer.formats))
        transformer.set_pgresult(result)
        columns = tuple((result.fname(place) or b"").decode() for place in range(result.nfields))
        found: list[Any] = transformer.load_rows(0, result.ntuples, _row(columns))
        self.is_at_rest = self._wire.transaction_status == pq.TransactionStatus.IDLE
        return found

    async def close(self) -> None:
        """Hang up."""
        self.is_at_rest = False
        if not self._connection.closed:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            await self._connection.close()

    async def _prepare(self, sql: bytes, types: tuple[int, ...]) -> bytes:
        name = f"direct_{len(self._names)}".encode()
        await self._asked(lambda: self._wire.send_prepare(name, sql, types))
        self._names[sql, types] = name
        return name

    async def _asked(self, send: Callable[[], None]) -> pq.abc.PGresult:
        """Send something and wait for the one result of it. Raises ``psycopg.Error``."""
        self._results = []
        answer = self._answer = self._loop.create_future()
        send()
        self._push()
        results: Sequence[pq.abc.PGresult] = await answer
        if not results or results[-1].status not in _FINE:
            raise psycopg.DatabaseError(results[-1].get_error_message() if results else "no result")
        return results[-1]

    def _push(self) -> None:
        """Send what is not sent yet; what the socket does not take at once goes when it can."""
        try:
            if self._wire.flush():
                self._loop.add_writer(self._socket, self._push)
            else:
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._fail(error)

    def _read(self) -> None:
        """Take in what came; unasked it is the end, or a notice that nobody wants."""
        try:
            self._wire.consume_input()
            while not self._wire.is_busy():
                if (result := self._wire.get_result()) is None:
                    self._tell()
                    return
                self._results.append(result)
        except psycopg.Error as error:
            self._fail(error)

    def _tell(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(self._results)

    def _fail(self, error: psycopg.Error) -> None:
        """The connection is gone: whoever waits is told, and the socket, which stays readable, is watched no more."""
        self.is_at_rest = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._wire.finish()
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)


@lru_cache(maxsize=64)
def _row(columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Any]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]  # noqa: PYI024  # known when it comes
    return cast("Callable[[Sequence[Any]], Any]", row._make)
