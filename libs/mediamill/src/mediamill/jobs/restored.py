"""Jobs that come out of a backup: what was under way when it was made goes on, though nobody who worked on it is left.

What such a job did after the backup is not in its journal. Its deliveries count from a million on, by which its runs
know that they must ask the vendor before they buy, and by which no worker of before can write to it ever again.

``python -m mediamill.jobs.restored`` does it to the database of the settings, after a recovery by other means than
``mill restore``; while nothing else is connected.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from sqlalchemy import Connection, text

from mediamill.db.session import database
from mediamill.jobs import transition

RESTORED = 1_000_000
"""The least delivery of a job that was restored; one that is restored again counts from the next million on."""

_RENUMBER = text(f"""
UPDATE jobs SET delivery = (delivery / {RESTORED} + 1) * {RESTORED} WHERE state IN ('queued', 'running', 'waiting')
""")  # noqa: S608  # a constant of this file
_FOLLOW = text("UPDATE leases SET delivery = jobs.delivery FROM jobs WHERE jobs.id = leases.job_id")
_HELD = text("SELECT job_id, delivery FROM leases WHERE worker_id IS NOT NULL ORDER BY job_id")
_HANDED_OVER = text("UPDATE leases SET published_at = 'epoch' WHERE worker_id IS NULL")
_NOBODY = text("DELETE FROM workers")
_LOOK = text("UPDATE predictions SET next_at = now() WHERE state IN ('intent', 'waiting', 'cancel')")
_AGAIN = text("UPDATE webhook_deliveries SET due_at = now(), state = 'pending' WHERE state = 'sending'")


class TakenUp(NamedTuple):
    """What was under way when the backup was made."""

    jobs: int
    handed_back: int
    predictions: int
    deliveries: int


def take_up(connection: Connection) -> TakenUp:
    """Let everything that was under way go on from a database that was just restored and that nobody uses yet."""
    jobs = connection.execute(_RENUMBER).rowcount
    connection.execute(_FOLLOW)
    held = connection.execute(_HELD).all()
    for lease in held:
        connection.execute(*transition.hand_back(lease.job_id, lease.delivery, "restored"))
        connection.execute(*transition.release(lease.job_id, lease.delivery))
    connection.execute(_HANDED_OVER)
    connection.execute(_NOBODY)
    return TakenUp(jobs, len(held), connection.execute(_LOOK).rowcount, connection.execute(_AGAIN).rowcount)


def main() -> int:
    """Take up what was under way, and say what that was."""
    with database().unit_of_work() as connection:
        done = take_up(connection)
    sys.stdout.write(f"{done.jobs} jobs go on, {done.handed_back} of them were running\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
