"""Jobs whose time is over go: week by week, their events and steps with the partition; else batch by batch."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from conductor.calendar.keeping import KEPT, bounds, keeping
from mediamill.db.partitions import BULK, Partition, drop, lock, make_ahead, partitions
from mediamill.db.session import Database
from mediamill.ids import first_id_of

log = logging.getLogger(__name__)

BATCH = 500
STRAGGLERS = 1_000
"""At most so many jobs that are kept may have their rows carried over, while everybody waits for the drop."""

AHEAD = timedelta(days=28)
NO_ID = UUID(int=0)

_EXPIRED = f"""
FROM tenants JOIN {KEPT} ON kept.plan = tenants.plan CROSS JOIN LATERAL (
    SELECT id FROM jobs
    WHERE jobs.tenant_id = tenants.id AND jobs.id >= :first AND jobs.id < least(kept.bound, :last)
      AND jobs.finished_at < kept.before AND jobs.state IN ('succeeded', 'failed', 'canceled')
    ORDER BY jobs.id LIMIT :batch) AS old
"""  # noqa: S608  # a constant beside this file
# Ids begin with the milliseconds of their birth, so a tenant's own index bounds the search.

_FORGET = text(f"""
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE id = ANY(ARRAY(SELECT old.id {_EXPIRED} ORDER BY old.id LIMIT :batch))
      AND state IN ('succeeded', 'failed', 'canceled')
    ORDER BY id FOR UPDATE SKIP LOCKED)
""")  # noqa: S608  # constants of these files
"""Two conductors take different ones, so none waits for the other and each job is forgotten once. What is redriven
meanwhile stays."""

_STRAGGLERS = text(f"""
SELECT count(*) FROM (
    SELECT FROM jobs JOIN tenants ON tenants.id = jobs.tenant_id JOIN {KEPT} ON kept.plan = tenants.plan
    WHERE jobs.id >= :first AND jobs.id < :last
      AND (jobs.finished_at >= kept.before OR jobs.state NOT IN ('succeeded', 'failed', 'canceled'))
    LIMIT :most) AS counted
""")  # noqa: S608  # as above

_LEFT = text("SELECT id FROM jobs WHERE id >= :first AND id < :last ORDER BY id LIMIT :most FOR UPDATE")
"""Waits for whoever is deleting one of them, so that nothing is carried over for a job that is going."""

_DROPPED = text("SET LOCAL mediamill.history_is_dropped = on")

_THIN = text(f"""
WITH old AS MATERIALIZED (
    SELECT tenants.id AS tenant_id, job.id FROM tenants JOIN {KEPT} ON kept.plan = tenants.plan
    LEFT JOIN thinned ON thinned.tenant_id = tenants.id CROSS JOIN LATERAL (
        SELECT jobs.id FROM jobs
        WHERE jobs.tenant_id = tenants.id AND jobs.id > coalesce(thinned.up_to, :first) AND jobs.id < kept.bound
        ORDER BY jobs.id LIMIT :batch) AS job
), gone AS (
    DELETE FROM events USING old JOIN jobs ON jobs.id = old.id
    WHERE events.job_id = old.id AND jobs.state IN ('succeeded', 'failed', 'canceled')
      AND events.type NOT IN ('job.succeeded', 'job.failed', 'job.canceled')
    RETURNING 1
), noted AS (
    INSERT INTO thinned (tenant_id, up_to)
    SELECT DISTINCT ON (tenant_id) tenant_id, id FROM old ORDER BY tenant_id, id DESC
    ON CONFLICT (tenant_id) DO UPDATE SET up_to = greatest(thinned.up_to, excluded.up_to)
)
SELECT (SELECT count(*) FROM old) AS jobs, (SELECT count(*) FROM gone) AS events
""")  # noqa: S608  # as above
"""How a job ended stays with it: lists are made from it, and a stream ends by it. What a job tells that ran past that
time goes with the job."""


def make_room(db: Database, days: int, now: datetime) -> int:
    """Make the partitions of the weeks to come; tell how many."""
    with db.unit_of_work() as connection:
        return make_ahead(connection, now, days, AHEAD)


def forget_past(db: Database, keep_days: int) -> int:
    """Delete the finished jobs whose plan keeps them no longer, with all that hangs on them; tell how many."""
    plans = keeping(db, keep_days)
    given = bounds(plans, [plan.jobs for plan in plans])
    oldest = first_id_of(min(plan.jobs for plan in plans))
    with db.unit_of_work() as connection:
        over = [part for part in partitions(connection, BULK[0]) if part.bound <= oldest]
    dropped = sum(_forget_with_its_partition(db, part, given) for part in over)
    return dropped + _forget(db, NO_ID, UUID(int=2**128 - 1), given)


def thin_events(db: Database, keep_days: int) -> int:
    """Delete the events between old jobs and their ends where the plan keeps these for less time; tell how many."""
    plans = [plan for plan in keeping(db, keep_days) if plan.thins]
    gone = 0
    while plans:
        given = {**bounds(plans, [plan.events for plan in plans]), "first": NO_ID, "batch": BATCH}
        with db.unit_of_work() as connection:
            found = connection.execute(_THIN, given).one()
        gone += found.events
        if not found.jobs:
            break
    return gone


def _forget(db: Database, first: UUID, last: UUID, given: dict[str, Any], *, history_goes_later: bool = False) -> int:
    deleted = 0
    while True:
        with db.unit_of_work() as connection:
            if history_goes_later:
                connection.execute(_DROPPED)
            count = connection.execute(_FORGET, {**given, "first": first, "last": last, "batch": BATCH}).rowcount
        deleted += count
        if not count:  # fewer than a batch may be all that another conductor has left
            return deleted


def _forget_with_its_partition(db: Database, part: Partition, given: dict[str, Any]) -> int:
    """Forget the jobs of a time whose plans are all over, then drop what they told and did, as a whole.

    A crash between the two leaves events and steps of jobs that are gone; the next time drops them.
    """
    first, most = part.first or NO_ID, STRAGGLERS + 1
    span = {"first": first, "last": part.bound, "most": most}
    with db.unit_of_work() as connection:
        if connection.execute(_STRAGGLERS, {**given, **span}).scalar_one() == most:
            return 0
    deleted = _forget(db, first, part.bound, given, history_goes_later=True)
    try:
        with db.unit_of_work() as connection:
            lock(connection)
            kept = list(connection.execute(_LEFT, span).scalars())
            if len(kept) < most:
                drop(connection, _same_time(connection, part), kept)
                log.info("dropped the events and steps of the jobs before %s, but of %d", part.bound, len(kept))
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        log.warning("the partitions up to %s are in use, and are dropped another time", part.bound)
    return deleted


def _same_time(connection: Connection, part: Partition) -> list[Partition]:
    """Give the partitions of all tables of a time; none when somebody else was faster."""
    return [found for table in BULK for found in partitions(connection, table) if found.bound == part.bound]
