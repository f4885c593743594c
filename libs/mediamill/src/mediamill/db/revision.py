"""Which version of the tables the code needs and which the database has, without Alembic, which takes long to load."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"

_THERE = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_CURRENT = text("SELECT version_num FROM alembic_version")


class Phase(StrEnum):
    """When a migration is applied: before the new code starts, or after the last old process has ended."""

    PRE = "pre"
    POST = "post"


class Migration(NamedTuple):
    """One migration of those that this version of the code brings, as its file is called."""

    number: str
    phase: Phase
    name: str


@lru_cache(maxsize=1)
def shipped() -> tuple[Migration, ...]:
    """Give the migrations that this version brings, in their one line. Raises ``LookupError`` when there are none."""
    parts = (path.stem.split("_", 2) for path in sorted(VERSIONS.glob("[0-9]*_*.py")))
    found = tuple(Migration(number, Phase(phase), name) for number, phase, name in parts)
    if not found:
        raise LookupError("no migrations are shipped")
    return found


def head() -> str:
    """Give the newest revision that this version of the code knows."""
    return shipped()[-1].number


def needed() -> str:
    """Give the revision that this version cannot do without: its newest that expands. What contracts may come later."""
    return max(migration.number for migration in shipped() if migration.phase is Phase.PRE)


def current(connection: Connection) -> str | None:
    """Give the revision that the database has, or ``None`` for an empty one."""
    if not connection.execute(_THERE).scalar_one():
        return None
    found: str | None = connection.execute(_CURRENT).scalar_one_or_none()
    return found


def serves(revision: str | None) -> bool:
    """Tell whether this version can work with a database at a revision: also with one that is ahead of it.

    A newer release expands the tables while this one still runs, so numbers are compared and never asked to be equal.
    """
    return revision is not None and revision >= needed()
