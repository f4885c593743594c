"""``python -m mediamill.db.migrate``: bring the database to this version's tables; harmless to run again.

``--pre`` applies what expands, while old code still runs; ``--post`` what contracts, after the last old process has
ended; neither, all of it. Each migration is a transaction of its own, so it holds its locks no longer than it takes,
and a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from mediamill.db.restored import settle
from mediamill.db.revision import Migration, Phase
from mediamill.db.rollout import MigrationRefused, Pending, pending, refuse_beside_old_code
from mediamill.db.session import Database, database

log = logging.getLogger(__name__)

_LOCK = 0x6D696C6C
"""Two deployments that migrate at once take turns."""

LOCK_TIMEOUT_S = 2
"""Whoever asks for a lock makes all others wait behind it, so nobody asks for longer than this."""

TRIES = 30
PENDING = 9
"""How ``--check`` ends when something is to be applied."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Give Alembic its configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(db: Database, phase: Phase | None = None, *, patience_s: float = 600) -> Sequence[Migration]:
    """Apply what is missing of a phase, or all, and give what was. Raises ``MigrationRefused``.

    One run at a time: another waits up to ``patience_s`` and then finds nothing to do. A lock that is not to be had
    within two seconds is let go of and asked for again, so that the work under way is never held up for longer.
    """
    with _taking_turns(db, patience_s), db.engine.connect() as connection:
        with connection.begin():
            due = pending(connection).due(phase)
            if due and phase is Phase.POST:
                refuse_beside_old_code(connection)
        if due:
            _apply(connection, due[-1].number)
        with connection.begin():
            if settled := settle(connection):
                log.warning("restored from a dump of another cluster: settled %d events", settled)
    return due


@contextmanager
def _taking_turns(db: Database, patience_s: float) -> Iterator[None]:
    """Hold the lock in a transaction beside the migrations', which a pooler of transactions leaves alone."""
    with db.unit_of_work() as turn:
        turn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        turn.execute(text(f"SET LOCAL lock_timeout = '{patience_s:.0f}s'"))
        turn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield


def _apply(connection: Connection, target: str) -> None:
    """Upgrade, each migration in its transaction; one that a lock holds up is tried again, with pauses between."""
    event.listen(connection, "begin", _wait_shortly)
    try:
        for attempt in range(1, TRIES + 1):
            try:
                command.upgrade(alembic_config(connection), target)
            except OperationalError as error:
                connection.rollback()
                if not isinstance(error.orig, LockNotAvailable) or attempt == TRIES:
                    raise
                log.warning("a lock is not to be had, trying again: %s", error.orig)
                time.sleep(random.uniform(0.2, 2))
            else:
                return
    finally:
        event.remove(connection, "begin", _wait_shortly)


def _wait_shortly(begun: Connection) -> None:
    """Limit the transaction, not the session, which behind a pooler is soon somebody else's."""
    begun.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")


def main(arguments: Sequence[str] | None = None) -> int:
    """Migrate, or look, and say so."""
    parser = argparse.ArgumentParser(prog="python -m mediamill.db.migrate", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--pre", action="store_true", help="only what expands")
    which.add_argument("--post", action="store_true", help="what contracts; refused beside old code")
    which.add_argument("--check", action="store_true", help=f"apply nothing; ends with {PENDING} if something is to be")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    phase = Phase.PRE if given.pre else Phase.POST if given.post else None
    try:
        done = [] if given.check else migrate(database(), phase)
    except MigrationRefused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    with database().unit_of_work() as connection:
        left = pending(connection)
    _tell(done, left, as_json=given.json)
    return PENDING if given.check and left.migrations else 0


def _tell(done: Sequence[Migration], left: Pending, *, as_json: bool) -> None:
    names = [["_".join(migration) for migration in found] for found in (done, left.migrations)]
    if as_json:
        told = {"revision": left.revision, "applied": names[0], "pending": names[1]}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    lines = [f"applied {name}" for name in names[0]] + [f"pending {name}" for name in names[1]]
    sys.stdout.write("\n".join([*lines, f"database is at revision {left.revision}"]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
