"""What is over goes with all that it left, by its tenant's plan, and its tables with it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from conductor.calendar.past import forget_past, make_room, thin_events
from conductor.calendar.retention import forget_assets
from mediamill.db.partitions import BULK, partitions
from mediamill.errors import NotFound
from mediamill.ids import born_at, first_id_of, uuid7
from mediamill.tenants import plans
from mediamill_testing.harness import Mill
from mediamill_testing.past import give_past

NOW = datetime.now(UTC)
HELD = ("events", "steps", "job_assets", "idempotency", "reuse", "flights")
FREE_DAYS, PAID_DAYS = 10, 60


def count(mill: Mill, query: str, **given: Any) -> int:
    with mill.db.unit_of_work() as connection:
        return int(connection.execute(text(query), given).scalar_one())


def run(mill: Mill, statement: str, **given: Any) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text(statement), given)


def put_plan(mill: Mill, name: str, **keeps: int) -> None:
    facts = dict.fromkeys((*plans.LIMITS, *plans.KEEPS)) | {"is_paid": False, "weight": 1} | keeps
    with mill.db.unit_of_work() as connection:
        plans.set_plan(connection, name, facts)


Weeks = Callable[[int], None]


@pytest.fixture
def weeks(mill: Mill) -> Weeks:
    """Gives a database the partitions that it would have, had it been made so many days ago; nothing is in it yet."""

    def make(days: int) -> None:
        first = first_id_of((NOW - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0))
        for table in BULK:
            run(mill, f"ALTER TABLE {table} DETACH PARTITION {table}_past")
            run(mill, f"ALTER TABLE {table} ATTACH PARTITION {table}_past FOR VALUES FROM (MINVALUE) TO ('{first}')")
        told = mill.accept("test.steps", {"n": 2})
        mill.work_until_idle()
        assert len(mill.events(told)) == count(mill, "SELECT count(*) FROM events_rest")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: make_room(mill.db, 7, NOW), range(2)))

    return make


def test_rooms_are_made_ahead_and_what_lay_in_the_rest_moves_in(mill: Mill, weeks: Weeks) -> None:
    weeks(30)

    for table in BULK:
        with mill.db.unit_of_work() as connection:
            found = partitions(connection, table)
        assert all(before.bound == after.first for before, after in pairwise(found))
        assert born_at(found[-1].bound) >= NOW + timedelta(days=28)
        assert count(mill, f"SELECT count(*) FROM {table}_rest") == 0
        assert count(mill, f"SELECT count(*) FROM {table}") > 0
    assert make_room(mill.db, 7, NOW) == 0


def test_a_job_of_a_plan_whose_time_is_over_is_gone_with_all_and_others_stay(mill: Mill, weeks: Weeks) -> None:
    put_plan(mill, "free", keep_jobs_days=FREE_DAYS)
    put_plan(mill, "paid", keep_jobs_days=PAID_DAYS)
    weeks(91)
    give_past(mill.config.database_url.get_secret_value(), mill.tenant, 4_000)
    run(mill, "UPDATE tenants SET plan = 'paid' WHERE id = :id", id=mill.tenant)
    straggler = mill.accept("shop.signal", {"name": "x"})
    mill.work_until_idle()
    straggler = _age(mill, straggler, 80)
    told = mill.told(straggler)
    old = "finished_at < now() - make_interval(days => CASE tenants.plan WHEN 'paid' THEN 60 ELSE 10 END)"
    expired = count(mill, f"SELECT count(*) FROM jobs JOIN tenants ON tenants.id = tenant_id WHERE {old}")
    all_jobs = count(mill, "SELECT count(*) FROM jobs")

    with ThreadPoolExecutor(2) as pool:
        gone = list(pool.map(lambda _: forget_past(mill.db, 90), range(2)))

    assert (sum(gone), expired > 2_000) == (expired, True)
    assert count(mill, "SELECT count(*) FROM jobs") == all_jobs - expired
    assert count(mill, f"SELECT count(*) FROM jobs JOIN tenants ON tenants.id = tenant_id WHERE {old}") == 0
    for table in HELD:
        column = "leader_id" if table == "flights" else "job_id"
        assert count(mill, f"SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT id FROM jobs)") == 0
    assert count(mill, "SELECT count(*) FROM jobs WHERE id NOT IN (SELECT job_id FROM events)") == 0
    with mill.db.unit_of_work() as connection:
        oldest = partitions(connection, "events")[0]
    assert oldest.first is not None
    assert born_at(oldest.bound) > NOW - timedelta(days=PAID_DAYS)
    assert mill.told(straggler) == told
    assert count(mill, "SELECT count(*) FROM events_rest") == len(told)


def _age(mill: Mill, job: UUID, days: int) -> UUID:
    """Give a job the id that it would have, had it been made so many days ago."""
    old = UUID(int=first_id_of(NOW - timedelta(days=days)).int | (uuid7().int & (2**80 - 1)))
    with mill.db.unit_of_work() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table, column in (("jobs", "id"), ("events", "job_id"), ("steps", "job_id"), ("waits", "job_id")):
            change = text(f"UPDATE {table} SET {column} = :old WHERE {column} = :new")
            connection.execute(change, {"old": old, "new": job})
    return old


def test_events_between_a_job_and_its_end_go_before_it_where_the_plan_says_so(mill: Mill) -> None:
    put_plan(mill, "free", keep_events_days=5)
    give_past(mill.config.database_url.get_secret_value(), mill.tenant, 400)
    between = "type NOT IN ('job.succeeded', 'job.failed', 'job.canceled')"
    recent = count(
        mill, f"SELECT count(*) FROM events WHERE {between} AND job_id >= :id", id=first_id_of(NOW - timedelta(days=5))
    )

    gone, again = thin_events(mill.db, 90), thin_events(mill.db, 90)

    assert (gone > 500, again) == (True, 0)
    assert count(mill, f"SELECT count(*) FROM events WHERE {between}") == pytest.approx(recent, abs=3)
    assert count(mill, "SELECT count(*) FROM jobs WHERE id NOT IN (SELECT job_id FROM events)") == 0


def test_bytes_go_with_the_last_plan_that_keeps_them(mill: Mill) -> None:
    put_plan(mill, "free", keep_assets_days=1, keep_jobs_days=1)
    put_plan(mill, "paid", keep_assets_days=400, keep_jobs_days=400)
    payer = mill.add_tenant("payer", plan="paid")
    both, own = ({"text": word} for word in ("of both", "of one"))
    for tenant, texts in ((mill.tenant, (both, own)), (payer, (both,))):
        for given in texts:
            mill.accept("shop.keep", given, tenant_id=tenant)
    mill.work_until_idle()
    hashes = {row["text"]: sha for sha, row in _made(mill).items()}
    for table, column in (("jobs", "finished_at"), ("assets", "kept_at")):
        run(mill, f"UPDATE {table} SET {column} = now() - interval '2 days'")

    forgotten = _forget_yesterdays(mill)
    gone = forget_assets(mill.db, mill.store, 90, young_s=0)

    assert (forgotten, gone) == (2, 2)
    assert mill.store.has(hashes["of both"])
    assert not mill.store.has(hashes["of one"])
    with pytest.raises(NotFound), mill.store.lend(hashes["of one"]):
        pass


def _made(mill: Mill) -> dict[str, Any]:
    with mill.db.unit_of_work() as connection:
        rows = connection.execute(text("SELECT output -> 'assets' -> 0 ->> 'sha256' AS sha, input FROM jobs"))
        return {row.sha: row.input for row in rows}


def _forget_yesterdays(mill: Mill) -> int:
    """Forget jobs as of the day after tomorrow: their ids say that they were made just now."""
    run(mill, "UPDATE plans SET keep_jobs_days = keep_jobs_days - 2")
    return forget_past(mill.db, 90)


def test_tables_stay_as_large_as_what_they_hold(mill: Mill, weeks: Weeks) -> None:
    sizes = []
    weeks(91)
    for _ in range(4):
        give_past(mill.config.database_url.get_secret_value(), mill.tenant, 2_000)
        sizes.append(count(mill, "SELECT pg_total_relation_size('jobs')"))
        forget_past(mill.db, -1)
        run(mill, "DELETE FROM assets")
        with mill.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM jobs"))

    assert count(mill, "SELECT count(*) FROM jobs") == 0
    assert count(mill, "SELECT count(*) FROM events") == 0
    assert max(sizes[1:]) < 1.3 * sizes[0]
