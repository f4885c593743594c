"""A database that was restored from a dump into a cluster whose transactions count from below."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from mediamill.db.migrate import migrate
from mediamill.db.restored import settle
from mediamill.events import queries
from mediamill.events.queries import START, Source
from mediamill_testing.harness import Mill

FOREIGN = text("UPDATE events SET xid = (4000000000 - number)::text::xid8")
READ = text(
    "UPDATE webhook_position SET (xid, number) = (SELECT xid, number FROM events ORDER BY xid OFFSET :read - 1 LIMIT 1)"
)
UNREAD = text(
    "SELECT job_id FROM events WHERE (xid, number) > (SELECT xid, number FROM webhook_position) ORDER BY xid, number"
)


def told(mill: Mill) -> list[tuple[UUID, bool]]:
    with mill.db.unit_of_work() as connection:
        rows: Any = connection.execute(*queries.of_tenants([(Source(mill.tenant), START)], 10))
        return [(row.job_id, row.settled) for row in rows]


def test_a_log_of_another_cluster_is_settled_before_what_comes_new(mill: Mill) -> None:
    jobs = [mill.accept("test.noop") for _ in range(4)]
    with mill.db.unit_of_work() as connection:
        connection.execute(FOREIGN)
    before = told(mill)

    migrate(mill.db)
    new = mill.accept("test.noop")

    assert {is_settled for _, is_settled in before} == {False}
    assert told(mill) == [(job, True) for job in (*jobs, new)]


def test_the_courier_goes_on_behind_what_it_had_read_of_a_restored_log(mill: Mill) -> None:
    jobs = [mill.accept("test.noop") for _ in range(4)]
    with mill.db.unit_of_work() as connection:
        connection.execute(FOREIGN)
        connection.execute(READ, {"read": 2})

    migrate(mill.db)

    with mill.db.unit_of_work() as connection:
        unread = list(connection.execute(UNREAD).scalars())
    assert unread == jobs[:2]


def test_a_log_of_this_cluster_is_left_as_it_is(mill: Mill) -> None:
    mill.accept("test.noop")

    with mill.db.unit_of_work() as connection:
        settled = settle(connection)

    assert settled == 0
