"""What stands against a request is found before anything is queued, and a success counts once, whatever breaks."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, text, update

from mediamill.jobs.model import Job
from mediamill.jobs.states import State
from mediamill_products.teamfit.model import ActivityRequest
from mediamill_testing.mortals import deliver_and_die, look_now

pytestmark = pytest.mark.anyio

Desk = Any
RUNS = (3, 4, 5)
"""How often a worker uses its database when it begins the flow, in the child, and when it goes on with the flow."""


def jobs(desk: Desk) -> int:
    with desk.mill.db.unit_of_work() as connection:
        return int(connection.execute(select(func.count()).select_from(Job)).scalar_one())


async def used(desk: Desk, team: dict[str, Any]) -> tuple[int, int]:
    quota = await desk.quota(team)
    return quota["used"], quota["pending"]


async def test_what_stands_against_it_is_told_before_anything_is_queued(desk: Desk) -> None:
    everything = {"plan": "free", "trust_score": 0, "monthly_quota": 0}
    for facts, status, code in (
        ({"plan": "free"}, 402, "plan-required"),
        ({"trust_score": 49}, 403, "trust-too-low"),
        ({"monthly_quota": 0}, 429, "quota-spent"),
        ({"text": ""}, 422, "no-materials"),
        (everything, 402, "plan-required"),
    ):
        refused = await desk.ask(await desk.team(**facts), status)

        assert (refused["success"], refused["code"]) == (False, code)
        assert refused["error"].endswith(".")
    assert jobs(desk) == 0


async def test_an_organization_without_a_plan_of_its_own_has_its_tenants(desk: Desk) -> None:
    mine, own = await desk.team(), await desk.team(plan="paid")
    with desk.mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE tenants SET plan = 'free'"))

    await desk.ask(mine, 402)
    await desk.ask(own)


async def test_a_spent_quota_tells_the_first_of_the_next_month_by_the_databases_clock(desk: Desk) -> None:
    team = await desk.team(monthly_quota=1)
    await desk.ask(team)
    with desk.mill.db.unit_of_work() as connection:
        first = connection.execute(
            text("SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month', 'YYYY-MM-DD')")
        ).scalar_one()

    body = {"team_id": team["id"]}
    refused = await desk.client.post("/api/activities/generate-custom", json=body)

    assert refused.status_code == 429
    assert refused.json()["resets_at"] == f"{first}T00:00:00Z"
    assert first in refused.json()["error"]
    assert 0 < int(refused.headers["retry-after"]) <= 31 * 86_400
    assert (await desk.quota(team))["resets_at"].startswith(first)


async def test_fifty_who_race_for_seven_places_get_seven(desk: Desk) -> None:
    team = await desk.team(monthly_quota=7)
    body = {"team_id": team["id"]}

    answers = await asyncio.gather(*[desk.client.post("/api/activities/generate-custom", json=body) for _ in range(50)])

    assert sorted(answer.status_code for answer in answers) == [202] * 7 + [429] * 43
    assert (jobs(desk), await used(desk, team)) == (7, (0, 7))
    desk.mill.work_until_idle()
    assert await used(desk, team) == (7, 0)
    await desk.ask(team, 429)


async def test_a_failure_gives_its_place_back_and_so_does_a_cancel(desk: Desk) -> None:
    team = await desk.team(monthly_quota=2)
    canceled, failed = (await desk.ask(team))["job_id"], (await desk.ask(team))["job_id"]
    await desk.ask(team, 429)

    await desk.call("POST", f"/v1/jobs/{canceled}/cancel", 200)
    with desk.mill.db.unit_of_work() as connection:
        connection.execute(update(Job).where(Job.id == UUID(failed)).values(input={}))
    desk.mill.work_until_idle()

    assert await used(desk, team) == (0, 0)
    shown = [await desk.job(job) for job in (canceled, failed)]
    assert [one["status"] for one in shown] == ["failed", "failed"]
    assert shown[0]["error"] == "Canceled on request."
    await desk.ask(team)


@pytest.mark.parametrize(("runs_before", "uses"), [*enumerate(RUNS)], ids=["begins", "child", "goes on"])
async def test_a_job_whose_worker_dies_at_any_step_counts_once(desk: Desk, runs_before: int, uses: int) -> None:
    team = await desk.team(monthly_quota=uses + 1)
    deaths = [*((use, "before") for use in range(1, uses + 1)), (uses, "after")]

    for counted, (use, moment) in enumerate(deaths, start=1):
        job = UUID((await desk.ask(team))["job_id"])
        for _ in range(runs_before):
            desk.mill.turn()
        deliver_and_die(desk.mill, use, moment)
        look_now(desk.mill)

        assert desk.mill.work_until_ended(job) is State.SUCCEEDED
        assert await used(desk, team) == (counted, 0)

    await desk.ask(team, 429)


async def test_a_job_that_kills_every_worker_does_not_count(desk: Desk) -> None:
    team = await desk.team(monthly_quota=1)
    job = UUID((await desk.ask(team))["job_id"])

    for _ in range(3):
        deliver_and_die(desk.mill, 2, "before")
        desk.mill.sweeper.tick()
        look_now(desk.mill)

    assert desk.mill.state_of(job) is State.FAILED
    assert await used(desk, team) == (0, 0)


async def test_another_month_begins_anew_and_a_clock_that_jumps_resets_nothing_twice(desk: Desk) -> None:
    """A month is told by the database when a request is accepted, so there is nothing that anybody could reset."""
    team = await desk.team(monthly_quota=2)

    async def ask_in(months: int) -> None:
        job = UUID((await desk.ask(team))["job_id"])
        desk.mill.work_until_ended(job)
        moved = text("month + make_interval(months => :months)").bindparams(months=months)
        with desk.mill.db.unit_of_work() as connection:
            connection.execute(update(ActivityRequest).where(ActivityRequest.job_id == job).values(month=moved))

    for months in (-1, -1, 1, 1):
        await ask_in(months)
    between = await used(desk, team)
    await ask_in(0)
    await ask_in(0)

    assert between == (0, 0)
    assert await used(desk, team) == (2, 0)
    await desk.ask(team, 429)


async def test_what_is_forgotten_still_counts_in_its_month_and_says_that_it_is_gone(desk: Desk) -> None:
    team = await desk.team(monthly_quota=1)
    job = (await desk.ask(team))["job_id"]
    desk.mill.work_until_idle()

    with desk.mill.db.unit_of_work() as connection:
        connection.execute(delete(Job))

    gone = await desk.call("GET", f"/api/jobs/{job}", 410)
    assert gone["code"] == "forgotten"
    assert await used(desk, team) == (1, 0)
    await desk.ask(team, 429)
