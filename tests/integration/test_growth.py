"""What grows with history must not be read from end to end: the plans of statements on a database with a past."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, event, select

from conductor.calendar.past import forget_past
from conductor.courier import queries as courier
from conductor.meter import queries as meter
from mediamill.db.prepared import Prepared
from mediamill.events import queries as events
from mediamill.ids import uuid7
from mediamill.jobs import queries
from mediamill.jobs.cancel import cancel
from mediamill.jobs.listing import page
from mediamill.jobs.model import Job
from mediamill.jobs.states import State
from mediamill.queues.positions import positions
from mediamill.queues.queries import crew, durations, facts
from mediamill_testing.harness import Mill
from mediamill_testing.past import give_past

GROWING = {"jobs", "events", "steps", "job_assets", "assets", "reuse", "flights", "idempotency"}
PART = re.compile(r"_(past|rest|\d{8})$")
PAST = 10_000
MANY = 2_000
RUN = "ANALYZE, FORMAT JSON"


@pytest.fixture
def old(mill: Mill) -> Mill:
    """A mill with a past, half of it the first tenant's."""
    give_past(mill.config.database_url.get_secret_value(), mill.tenant, PAST)
    return mill


def read_whole(plan: dict[str, Any]) -> set[str]:
    """Give the growing tables that a plan reads from end to end, or of which it read many rows in vain."""
    below = {table for child in plan.get("Plans", []) for table in read_whole(child)}
    in_vain = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
    table = plan.get("Relation Name", "")
    if table.endswith("_rest"):  # nothing is in it, so it may be read from end to end
        return below
    here = {PART.sub("", table)} if plan["Node Type"] == "Seq Scan" or in_vain > MANY else set()
    return (here | below) & GROWING


def explain(connection: Connection, sql: str, given: Any, how: str = "FORMAT JSON") -> set[str]:
    (told,) = connection.exec_driver_sql(f"EXPLAIN ({how}) {sql}", given).scalars()
    return read_whole((told if isinstance(told, list) else json.loads(told))[0]["Plan"])


@contextmanager
def watched(engine: Engine) -> Iterator[dict[str, Any]]:
    """Collect the statements that are run, each with the values of one time."""
    seen: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, sql: str, given: Any, context: Any, many: bool) -> None:
        if not many and sql.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            seen[sql] = given

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_no_statement_of_a_jobs_life_reads_the_past(old: Mill) -> None:
    with watched(old.db.engine) as seen:
        for kind in ("test.noop", "test.steps", "test.fanout"):
            old.accept(kind, idempotency_key=kind, body_hash=kind)
        for _ in range(3):
            old.accept("test.keep", cache="reuse")
        failing = old.accept("test.fail", deadline_s=3600)
        parked = old.accept("test.wait", {"seconds": 3600})
        old.work_until_ended(failing)
        with old.db.unit_of_work() as connection:
            cancel(connection, old.tenant, parked)
        old.work_until_idle()
        forget_past(old.db, 3600)

    with old.db.unit_of_work() as connection:
        slow = {sql: tables for sql, given in seen.items() if (tables := explain(connection, sql, given))}
    assert len(seen) > 20
    assert slow == {}


def test_no_statement_that_shows_jobs_reads_the_past(old: Mill) -> None:
    job, tenant = uuid7(), old.tenant
    with old.db.unit_of_work() as connection:
        connection.execute(meter.PREPARE)
    listed = [
        page(tenant, state=state, kinds=kinds, before=before, parent=parent)
        for state, kinds, before, parent in product(
            [None, *State], [None, ["test.noop"], ["test.noop", "test.fanout"]], [None, job], [None, job]
        )
        if state is not State.SUCCEEDED
    ]
    shown: list[Any] = [
        *listed,
        queries.one(tenant, job),
        queries.many(tenant, [job] * 50),
        queries.steps(tenant, job),
        events.of_job(tenant, job, after=0, limit=100),
        events.of_jobs([(events.Source(tenant, job), events.START)], 100),
        events.of_tenants([(events.Source(tenant), events.Position(2**40, 0))], 100),
        events.is_kept(tenant, events.Position(2**40, 1)),
        events.ends_now(),
        Prepared(queries.waiting(), {"job_id": job, "tenant_id": tenant, "lease_s": 25}),
        Prepared(crew(), {"queue": "test", "lease_s": 30}),
        Prepared(facts(), {"names": ["test"], "lease_s": 30}),
        Prepared(durations(), {}),
        Prepared(positions(1), {"ids": [job], "tenant_id": tenant, "step_ms": 1}),
        Prepared(meter.COUNT, {"me": "a conductor"}),
        Prepared(meter.LOOK, {"lease_s": 25, "names": ["test"]}),
        Prepared(courier.LOOK, {}),
        Prepared(courier.FAN_OUT, {"batch": 100}),
        Prepared(courier.LOAD, {"ids": [job]}),
    ]

    with watched(old.db.engine) as seen, old.db.unit_of_work() as connection:
        for statement in shown:
            connection.execute(*(statement if isinstance(statement, Prepared) else (statement, {})))

    with old.db.unit_of_work() as connection:
        slow = {sql: tables for sql, given in seen.items() if (tables := explain(connection, sql, given, RUN))}
        assert explain(connection, "SELECT sum(cost) FROM jobs", {}) == {"jobs"}
    assert slow == {}


def test_a_page_holds_what_its_filters_say(old: Mill) -> None:
    old.accept("shop.signal", {"name": "never"})
    old.work_until_idle()
    for _ in range(60):
        old.accept("test.noop")
    old.dispatcher.tick()

    for state, kinds in product([None, *State], [None, ["test.noop"], ["test.noop", "image.generate", "shop.signal"]]):
        plain = select(Job.id).where(Job.tenant_id == old.tenant)
        plain = plain if state is None else plain.where(Job.state == state)
        plain = plain if kinds is None else plain.where(Job.kind.in_(kinds))
        with old.db.unit_of_work() as connection:
            wanted = list(connection.execute(plain.order_by(Job.id.desc()).limit(120)).scalars())
            assert paged(connection, old.tenant, state, kinds) == wanted


def paged(connection: Connection, tenant: UUID, state: State | None, kinds: list[str] | None) -> list[UUID]:
    """Give the first 120 jobs, in pages of 40."""
    found: list[UUID] = []
    for _ in range(3):
        rows = connection.execute(
            page(tenant, state=state, kinds=kinds, before=found[-1] if found else None, limit=40)
        ).all()
        found += [row.id for row in rows]
    return found
