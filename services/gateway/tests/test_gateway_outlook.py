"""Why a job waits and when it will have ended, asked of the gateway."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, text, update

from conductor.dispatch.tick import Dispatcher
from mediamill import clock
from mediamill.jobs.accept import accept
from mediamill.jobs.model import Job, Worker
from mediamill.queues import queries
from mediamill.queues.positions import MOST_AHEAD
from mediamill.settings import ProviderLimit
from mediamill.tenants.model import Tenant
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio


async def get(client: httpx.AsyncClient, job_id: UUID) -> dict[str, Any]:
    response = await client.get(f"/v1/jobs/{job_id}")
    assert response.status_code == 200, response.text
    return response.json()


async def reason(client: httpx.AsyncClient, job_id: UUID) -> str:
    found = (await get(client, job_id))["waiting_for"]
    assert found["detail"]
    return str(found["reason"])


def limit_kind(mill: Mill, app: FastAPI, name: str, most: int) -> None:
    for registry in (mill.registry, app.state.edge.registry):
        kind = registry.kinds[name]
        manifest = kind.manifest.model_copy(update={"max_running": most})
        registry.kinds[name] = type(kind)(kind.name, kind.queue, kind.package, manifest)


def remember_runs(mill: Mill, kind: str, seconds: list[float]) -> None:
    """Give a kind a history."""
    jobs = [mill.accept(kind) for _ in seconds]
    ended = text("""
        WITH out AS (DELETE FROM lines WHERE job_id = :id)
        UPDATE jobs SET state = 'succeeded', started_at = now(), finished_at = now() + make_interval(secs => :seconds)
        WHERE id = :id
    """)
    with mill.db.unit_of_work() as connection:
        connection.execute(ended, [{"id": job, "seconds": s} for job, s in zip(jobs, seconds, strict=True)])


async def test_a_job_behind_others_waits_in_line(client: httpx.AsyncClient, mill: Mill) -> None:
    mill.accept("test.noop")

    assert await reason(client, mill.accept("test.noop")) == "line"


async def test_a_job_that_is_handed_over_is_about_to_begin(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("test.noop")
    mill.dispatcher.tick()

    assert await reason(client, job) == "line"


async def test_without_a_worker_the_job_says_so_and_promises_nothing(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Worker))
    job = mill.accept("test.noop")

    assert await reason(client, job) == "no_worker"
    assert (await get(client, job))["eta"] is None


async def test_a_job_whose_code_no_worker_has_names_the_generation(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(update(Job).where(Job.id == job).values(generation=7))

    found = (await get(client, job))["waiting_for"]

    assert found["reason"] == "no_worker"
    assert "generation 7" in found["detail"]


async def test_a_paused_queue_is_named_before_a_missing_worker(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(delete(Worker))
        connection.execute(queries.set_paused("test", paused=True))
    job = mill.accept("test.noop")

    assert await reason(client, job) == "paused_queue"


async def test_a_tenant_at_its_limit_waits_for_its_own_jobs(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(update(Tenant).where(Tenant.id == mill.tenant).values(max_running=1))
    jobs = [mill.accept("test.noop") for _ in range(2)]
    mill.dispatcher.tick()

    found = await get(client, jobs[1])

    assert found["waiting_for"]["reason"] == "tenant_limit"
    assert found["eta"] is not None


@pytest.mark.parametrize("limit", [{"running": 1}, {"per_minute": 6}])
async def test_a_provider_at_its_limit_is_named(
    client: httpx.AsyncClient, app: FastAPI, mill: Mill, limit: dict[str, int]
) -> None:
    limits = {"local": ProviderLimit.model_validate(limit)}
    config = app.state.edge.config = mill.config.model_copy(update={"provider_limits": limits})
    jobs = [mill.accept("test.noop") for _ in range(3)]
    Dispatcher(mill.db, mill.registry, mill.wire, config).tick()  # type: ignore[arg-type]

    found = await get(client, jobs[2])

    told = found["waiting_for"]
    assert told["reason"] == "provider_limit"
    assert "local" in told["detail"]
    assert str(next(iter(limit.values()))) in told["detail"]
    assert found["eta"] is not None
    if "running" in limit:
        assert told["until"] is None
    else:
        left_s = (datetime.fromisoformat(told["until"]) - clock.now()).total_seconds()
        assert 10 < left_s <= 20


async def test_a_kind_at_its_limit_is_named(client: httpx.AsyncClient, app: FastAPI, mill: Mill) -> None:
    limit_kind(mill, app, "test.noop", 1)
    jobs = [mill.accept("test.noop") for _ in range(2)]
    mill.dispatcher.tick()

    assert await reason(client, jobs[1]) == "kind_limit"


async def test_an_appointment_is_not_a_retry(client: httpx.AsyncClient, mill: Mill) -> None:
    at = clock.now() + timedelta(hours=1)

    found = await get(client, mill.accept("test.noop", run_at=at))

    assert found["waiting_for"]["reason"] == "schedule"
    assert datetime.fromisoformat(found["waiting_for"]["until"]) == pytest.approx(at, abs=timedelta(milliseconds=1))
    assert datetime.fromisoformat(found["eta"]["at"]) > at


async def test_a_retry_waits_for_its_backoff(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET attempt = 2 WHERE id = :id"), {"id": job})
        connection.execute(text("UPDATE lines SET run_at = now() + interval '1 min' WHERE job_id = :id"), {"id": job})

    found = (await get(client, job))["waiting_for"]

    assert found["reason"] == "backoff"
    assert found["until"] is not None


async def test_a_retry_whose_time_has_come_is_in_line(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET attempt = 2 WHERE id = :id"), {"id": job})

    assert await reason(client, job) == "line"


@pytest.mark.parametrize(
    ("kind", "input", "expected", "ends"),
    [
        ("shop.timer", {"seconds": 600}, "timer", True),
        ("shop.signal", {"name": "go"}, "signal", False),
        ("test.fanout", {"n": 3}, "child_jobs", False),
    ],
)
async def test_parked_jobs_say_what_they_wait_for(
    client: httpx.AsyncClient, mill: Mill, kind: str, input: dict[str, Any], expected: str, *, ends: bool
) -> None:
    job = mill.accept(kind, input)
    await asyncio.to_thread(mill.turn)

    found = await get(client, job)

    assert found["state"] == "waiting"
    assert found["waiting_for"]["reason"] == expected
    assert (found["waiting_for"]["until"] is not None) == ends
    assert found["eta"] is None


async def test_a_job_that_has_ended_waits_for_nothing(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("test.noop")
    await asyncio.to_thread(mill.work_until_idle)

    found = await get(client, job)

    assert (found["waiting_for"], found["eta"]) == (None, None)


async def test_without_history_an_eta_has_no_bounds_and_says_why(client: httpx.AsyncClient, mill: Mill) -> None:
    found = (await get(client, mill.accept("test.noop")))["eta"]

    assert (found["low"], found["high"], found["basis"]) == (None, None, "manifest")


async def test_with_history_an_eta_is_an_interval(client: httpx.AsyncClient, mill: Mill) -> None:
    remember_runs(mill, "test.noop", [10 + n / 10 for n in range(40)])
    jobs = [mill.accept("test.noop") for _ in range(20)]

    first, last = [(await get(client, job))["eta"] for job in (jobs[0], jobs[-1])]

    for found in (first, last):
        assert found["basis"] == "history"
        assert found["low"] < found["at"] < found["high"]
    assert first["at"] < last["at"]


async def test_an_estimate_tells_the_end_of_a_job_that_comes_now(client: httpx.AsyncClient, mill: Mill) -> None:
    remember_runs(mill, "test.noop", [10 + n / 10 for n in range(40)])
    jobs = [mill.accept("test.noop") for _ in range(20)]

    told = (await client.post("/v1/estimates", json={"kind": "test.noop", "input": {}})).json()["eta"]

    last = (await get(client, jobs[-1]))["eta"]
    assert told["low"] < told["at"] < told["high"]
    assert told["at"] > last["low"]


async def test_a_place_is_counted_no_further_than_is_cheap(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        jobs = [made.job_id for made in accept(connection, [mill.request("test.noop")] * (MOST_AHEAD + 10))]

    assert (await get(client, jobs[-1]))["queue_position"] == MOST_AHEAD
    assert (await get(client, jobs[MOST_AHEAD - 1]))["queue_position"] == MOST_AHEAD - 1
