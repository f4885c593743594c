"""What a release has yet to do to the database, and when: before its code starts, or after the old code ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from mediamill.db.revision import Migration, Phase, current, head, needed, shipped

RELEASED = "mediamill "
"""How every process of ours calls its sessions: by this and the newest revision that its code knows."""

# Until 0020 they had no number. A worker's own session is called by the worker's number and says nothing of the code.
_OLDER = text("""
SELECT application_name AS name, count(*) AS sessions FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (application_name = 'mediamill' OR application_name ~ '^mediamill [0-9]{4}$' AND application_name < :least)
GROUP BY 1 ORDER BY 1
""")


class MigrationRefused(Exception):
    """Migrating now would break what runs; the message says what and what to do first."""


class Pending(NamedTuple):
    """What the database lacks of this version."""

    revision: str | None
    migrations: Sequence[Migration]

    def due(self, phase: Phase | None) -> Sequence[Migration]:
        """Give what is to be applied in a phase, or all. Raises ``MigrationRefused``.

        Migrations stand in one line. One that expands and comes behind one that contracts belongs to a later release,
        so the earlier release is to be finished first; and nothing contracts before all that expands was applied.
        """
        if phase is None:
            return self.migrations
        if phase is Phase.PRE:
            first_post = next((m for m in self.migrations if m.phase is Phase.POST), None)
            behind = [m for m in self.migrations if m.phase is Phase.PRE and first_post and m > first_post]
            if first_post and behind:
                raise MigrationRefused(
                    f"{_called(first_post)} of an earlier release was not applied, and {_called(behind[0])} comes "
                    "behind it: finish that release with --post first, or stop everything and apply all."
                )
            return [m for m in self.migrations if m.phase is Phase.PRE]
        if missing := [m for m in self.migrations if m.phase is Phase.PRE]:
            raise MigrationRefused(f"{_called(missing[0])} was not applied: first --pre, the new code, then --post.")
        return self.migrations


def pending(connection: Connection) -> Pending:
    """Give what is still to be applied; nothing to a database that a newer release has been at."""
    revision = current(connection)
    return Pending(revision, [m for m in shipped() if revision is None or m.number > revision])


def refuse_beside_old_code(connection: Connection) -> None:
    """Raise ``MigrationRefused`` while a process of an older release is connected, which what contracts would break."""
    found = connection.execute(_OLDER, {"least": RELEASED + needed()}).all()
    if found:
        told = ", ".join(f"{row.sessions} of {row.name}" for row in found)
        raise MigrationRefused(f"Sessions of older releases are still open ({told}); end their processes first.")


def session_name() -> str:
    """Give what a process of this release calls its sessions."""
    return RELEASED + head()


def _called(migration: Migration) -> str:
    return f"{migration.number}_{migration.phase}_{migration.name}"
