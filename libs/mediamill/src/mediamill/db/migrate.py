"""``python -m mediamill.db.migrate``: bring the database to this version's tables; harmless to run again."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from mediamill.db.restored import settle
from mediamill.db.revision import head
from mediamill.db.session import Database, database

log = logging.getLogger(__name__)

_LOCK = 0x6D696C6C
"""Two deployments that migrate at once take turns."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Give Alembic its configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(db: Database) -> None:
    """Apply what is missing, and settle a restored log, in one transaction under a lock."""
    with db.unit_of_work() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(alembic_config(connection), "head")
        if settled := settle(connection):
            log.warning("restored from a dump of another cluster: settled %d events", settled)


def main() -> int:
    """Migrate and say so."""
    migrate(database())
    sys.stdout.write(f"database is at revision {head()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
