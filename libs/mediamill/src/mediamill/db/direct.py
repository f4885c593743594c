"""The driver itself, for the few statements of which every job takes some: each is a transaction of its own.

The statements are the same SQLAlchemy ones as everywhere; here they become SQL text once and then go to psycopg without
the layers in between, which cost more than the statement does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb
from sqlalchemy import Executable, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement

from mediamill.db.prepared import Prepared

AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
"""What a statement raises when its connection is gone."""

NAMED = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves dialects untyped


class Written(NamedTuple):
    """A statement as text, the names of its numbered parameters in order, and the values that are part of it."""

    sql: bytes
    numbered: Sequence[str]
    constants: Mapping[str, Any]


@lru_cache(maxsize=256)
def written(clause: Executable, dialect: PGDialect_psycopg = NAMED) -> Written:
    """Give a statement's text; only for statements that are kept, as the text is kept as long."""
    # The parameters of a text have no value yet, which is refused here; nor has it lists to write out.
    expand = {} if isinstance(clause, TextClause) else {"render_postcompile": True}
    compiled: Any = cast("ClauseElement", clause).compile(dialect=dialect, compile_kwargs=expand)
    constants = {name: adapted(value) for name, value in compiled.params.items() if value is not None}
    return Written(str(compiled).encode(), tuple(compiled.positiontup or ()), constants)


def adapted(value: Any) -> Any:
    """Give a value as the driver wants it; a dict is JSON."""
    return Jsonb(value) if isinstance(value, dict) else value


class Direct:
    """A pool of connections on which every statement commits itself; threads may share it."""

    def __init__(self, url: str, options: Mapping[str, Any], size: int) -> None:
        self._url = url
        self._options = options
        self._idle: deque[psycopg.Connection[Any]] = deque()
        self._size = size

    def rows(self, statement: Prepared) -> list[Any]:
        """Run a statement and give its rows, each with its columns as attributes. Raises the driver's errors."""
        text = written(statement.clause)
        values = {**text.constants, **{name: adapted(value) for name, value in statement.values.items()}}
        connection = self._take()
        try:
            found = connection.execute(text.sql, values).fetchall()
        except AWAY:
            connection.close()
            self.close()
            raise
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return found

    def close(self) -> None:
        """Close what is idle: when one connection is cut, the others may be too."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> psycopg.Connection[Any]:
        try:
            return self._idle.pop()
        except IndexError:
            return psycopg.connect(self._url, autocommit=True, row_factory=namedtuple_row, **self._options)

    def _give_back(self, connection: psycopg.Connection[Any]) -> None:
        if len(self._idle) < self._size:
            self._idle.append(connection)
        else:
            connection.close()
