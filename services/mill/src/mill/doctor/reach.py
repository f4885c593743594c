"""How checks reach the database and the store: by the settings of the running stack, or by the environment's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from mediamill.db.session import Database
from mediamill.settings import Settings, settings
from mill.doctor.finding import Finding, warn
from mill.stack.layout import Layout
from mill.stack.state import live_state
from mill.stack.urls import urls

LONGEST_S = 60
_UP = "Start it with 'mill up --detach', or set MEDIAMILL_DATABASE_URL."


def idle(name: str) -> Finding:
    """Say that there is nothing to look at."""
    return warn(name, "not looked at: there is no database", _UP)


def settings_of(layout: Layout) -> Settings | None:
    """Give the settings with which the stack works; none where there is no database."""
    url = urls(layout).database
    if not url:
        return None
    known: dict[str, object] = {"database_url": SecretStr(url)}
    if live_state(layout) is not None and "store_url" not in settings().model_fields_set:
        known["store_url"] = layout.assets.as_uri()
    return settings().model_copy(update=known)


@contextmanager
def database_of(config: Settings) -> Iterator[Database]:
    """Open the database for the length of the block."""
    db = Database(config)
    try:
        yield db
    finally:
        db.engine.dispose()


@contextmanager
def looking(config: Settings) -> Iterator[Connection]:
    """Connect for looks that may be long, and not longer than a minute."""
    url = make_url(config.database_url.get_secret_value()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = '{LONGEST_S}s'"))
        yield connection
