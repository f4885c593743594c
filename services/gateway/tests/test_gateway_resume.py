"""Where a tenant's stream begins again: behind its position, whatever was open, rolled back or forgotten meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import psycopg
from sqlalchemy import delete, text

from mediamill.jobs.model import Job
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

STREAM = {"Accept": "text/event-stream"}
DRAW = text("SELECT pg_current_xact_id()")
INSERT = text("INSERT INTO events (job_id, seq, tenant_id, type) VALUES (:job, :seq, :tenant, 'job.log')")


def read(served: Any, caller: Any, count: int, last_id: str = "", do: Callable[[], None] | None = None) -> Any:
    """Give the ids, and (job, seq) of as many events as asked for; ``do`` is done once the stream has begun."""
    ids, facts = [], []
    headers = {**caller.headers, **STREAM, **({"Last-Event-ID": last_id} if last_id else {})}
    with httpx.stream("GET", f"{served.url}/v1/events", headers=headers, timeout=20) as response:
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                ids.append(value)
                if len(ids) == 1 and do is not None:
                    do()
            elif name == "data":
                facts.append((json.loads(value)["job_id"], json.loads(value)["seq"]))
            if name in {"id", "data"} and len(facts) == count:
                return ids, facts
    return ids, facts


def status(served: Any, caller: Any, last_id: str) -> int:
    headers = {**caller.headers, **STREAM, "Last-Event-ID": last_id}
    with httpx.stream("GET", f"{served.url}/v1/events", headers=headers) as response:
        return response.status_code


def test_a_stream_that_is_cut_before_its_first_event_resumes_where_it_began(
    served: Any, mill: Mill, owner: Any
) -> None:
    (began,), _ = read(served, owner, 0)

    job = mill.accept("test.noop")
    _, facts = read(served, owner, 1, began)

    assert facts == [(str(job), 1)]


def test_a_transaction_that_draws_its_number_very_late_is_not_missed(served: Any, mill: Mill, owner: Any) -> None:
    jobs = [mill.accept("test.noop") for _ in range(2)]
    many = text("SELECT nextval(pg_get_serial_sequence('events', 'number')) FROM generate_series(1, 30000)")

    def out_of_order() -> None:
        with mill.db.engine.connect() as older, mill.db.engine.connect() as newer:
            older.execute(DRAW)
            newer.execute(INSERT, {"job": jobs[0], "seq": 2, "tenant": mill.tenant})
            newer.execute(many)
            older.execute(INSERT, {"job": jobs[1], "seq": 2, "tenant": mill.tenant})
            older.commit()
            newer.commit()

    _, facts = read(served, owner, 2, do=out_of_order)

    assert facts == [(str(jobs[1]), 2), (str(jobs[0]), 2)]


def test_what_is_rolled_back_is_not_told_and_holds_nothing_up(served: Any, mill: Mill, owner: Any) -> None:
    jobs = [mill.accept("test.noop") for _ in range(2)]

    def one_of_two() -> None:
        with mill.db.engine.connect() as undone, mill.db.unit_of_work() as done:
            undone.execute(INSERT, {"job": jobs[0], "seq": 2, "tenant": mill.tenant})
            done.execute(INSERT, {"job": jobs[1], "seq": 2, "tenant": mill.tenant})
            undone.rollback()

    _, facts = read(served, owner, 1, do=one_of_two)

    assert facts == [(str(jobs[1]), 2)]


def test_only_a_transaction_that_writes_holds_a_tenants_stream_up_in_any_database_of_the_cluster(
    served: Any, mill: Mill, owner: Any, postgres_url: str
) -> None:
    foreign = psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql"), dbname="postgres")
    told: list[UUID] = []

    def beside(statement: str) -> None:
        foreign.execute(statement)
        told.append(mill.accept("test.noop"))

    with foreign:
        _, while_it_reads = read(served, owner, 1, do=lambda: beside("SELECT count(*) FROM pg_class"))
        began, _ = read(served, owner, 0)
        beside("SELECT pg_current_xact_id()")
        with httpx.Client(base_url=served.url, headers=owner.headers) as client:
            of_job = client.get(f"/v1/jobs/{told[1]}/events").json()["data"]
        held = mill.db.run(lambda connection: connection.execute(text(HELD), {"job": told[1]}).scalar_one())
        foreign.rollback()
    _, afterwards = read(served, owner, 1, began[0])

    assert while_it_reads == [(str(told[0]), 1)]
    assert len(of_job) == 1
    assert held
    assert afterwards == [(str(told[1]), 1)]


HELD = "SELECT xid >= pg_snapshot_xmin(pg_current_snapshot()) FROM events WHERE job_id = :job"


def test_a_position_whose_event_is_forgotten_is_gone_and_one_of_the_future_is_refused(
    served: Any, mill: Mill, owner: Any
) -> None:
    job = mill.accept("test.noop")
    (_, last), _ = read(served, owner, 1, "0")
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Job).where(Job.id == job))

    assert status(served, owner, last) == 410
    assert status(served, owner, "999999999-1") == 400
    assert status(served, owner, "7-") == 400


def test_more_streams_than_a_tenant_may_have_are_a_429_until_one_is_closed(serve: Any, mill: Mill, owner: Any) -> None:
    served = serve(max_streams=1)

    def second() -> None:
        assert status(served, owner, "0") == 429

    read(served, owner, 0, do=second)

    until(lambda: status(served, owner, "0") == 200)


def test_a_client_that_does_not_read_delays_nobody(served: Any, mill: Mill, owner: Any) -> None:
    jobs = [mill.accept("test.noop") for _ in range(2)]
    wide = text(
        "INSERT INTO events (job_id, seq, tenant_id, type, data) SELECT :job, seq, :tenant, 'job.log',"
        " jsonb_build_object('message', repeat('x', 8000)) FROM generate_series(2, 1200) AS seq"
    )
    headers = {**owner.headers, **STREAM, "Last-Event-ID": "0"}

    with httpx.stream("GET", f"{served.url}/v1/events", headers=headers, timeout=20) as stuck:
        with mill.db.unit_of_work() as connection:
            connection.execute(wide, {"job": jobs[0], "tenant": mill.tenant})
        _, quick = read(served, owner, 1201, "0")
        slow = sum(line.startswith("data: ") for line, _ in zip(stuck.iter_lines(), range(4 * 1201), strict=False))

    assert len(set(quick)) == 1201
    assert slow >= 1200
