"""Which version of the tables the code needs and which the database has, without Alembic, which takes long to load."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"

_THERE = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_CURRENT = text("SELECT version_num FROM alembic_version")


def head() -> str:
    """Give the revision that this version of the code needs: migrations are numbered in their one line."""
    numbers = sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))
    if not numbers:
        raise LookupError("no migrations are shipped")
    return numbers[-1]


def current(connection: Connection) -> str | None:
    """Give the revision that the database has, or ``None`` for an empty one."""
    if not connection.execute(_THERE).scalar_one():
        return None
    found: str | None = connection.execute(_CURRENT).scalar_one_or_none()
    return found
