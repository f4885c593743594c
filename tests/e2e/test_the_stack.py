"""The one-machine stack, used as its users use it: by HTTP and by the mill command."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from mediamill_testing.stacks import Stack, until

pytestmark = pytest.mark.xdist_group("stack")


def test_a_job_goes_from_the_post_to_its_answer(stack: Stack) -> None:
    job = stack.submit("test.noop")

    done = stack.ended(job["id"])

    assert (done["state"], done["output"]) == ("succeeded", {"done": True})
    assert done["started_at"] is not None
    assert done["finished_at"] >= done["started_at"]


def test_waiting_in_the_request_gives_the_finished_job(stack: Stack) -> None:
    with stack.client() as client:
        answer = client.post("/v1/jobs", json={"kind": "test.noop", "input": {}}, headers={"Prefer": "wait=20"})

    assert (answer.status_code, answer.json()["state"]) == (200, "succeeded")


def test_two_hundred_queued_jobs_survive_the_emptying_of_the_broker_and_run_once_each(stack: Stack) -> None:
    body = {"jobs": [{"kind": "test.sleep", "input": {"seconds": 0.05}}] * 200}
    with stack.client() as client:
        jobs = [job["id"] for job in client.post("/v1/jobs/batch", json=body).json()["data"]]
    until(lambda: any(stack.job(job)["state"] != "queued" for job in jobs[:3]))

    redis.Redis.from_url(stack.broker_url).flushall()

    query = "SELECT count(*) AS n FROM jobs WHERE id = ANY(%(ids)s::uuid[]) AND state = 'succeeded'"
    until(lambda: stack.sql(query, ids=jobs)[0]["n"] == 200, 90)
    starts = stack.sql(
        "SELECT count(*) AS n FROM events WHERE job_id = ANY(%(ids)s::uuid[]) AND type = 'job.started'", ids=jobs
    )
    assert starts[0]["n"] == 200


def test_a_killed_workers_job_goes_on_at_its_last_step_in_another_process(stack: Stack) -> None:
    job = stack.submit("test.steps", {"n": 8, "seconds": 0.4})["id"]
    steps = "SELECT ordinal, started_at FROM steps WHERE job_id = %(id)s ORDER BY ordinal"
    until(lambda: len(stack.sql(steps, id=job)) >= 3)

    before = stack.sql(steps, id=job)
    stack.kill_worker()
    done = stack.ended(job, 90)

    assert (done["state"], done["crashes"], done["attempt"]) == ("succeeded", 1, 1)
    assert stack.sql(steps, id=job)[: len(before)] == before
    assert len(set(done["output"]["pids"])) == 2


def test_a_killed_workers_job_is_back_in_line_within_seconds(stack: Stack) -> None:
    job = stack.submit("test.sleep", {"seconds": 2})["id"]
    until(lambda: stack.job(job)["state"] == "running")

    stack.kill_worker()
    until(lambda: stack.job(job)["crashes"] == 1, 10)

    events = "SELECT type, at FROM events WHERE job_id = %(id)s ORDER BY seq"
    assert [event["type"] for event in stack.sql(events, id=job)][-1] in {"job.handed_back", "job.started"}
    assert stack.ended(job)["state"] == "succeeded"


def test_cancelling_a_running_job_stops_it_and_leaves_its_neighbour_alone(stack: Stack) -> None:
    job, neighbour = (stack.submit("test.sleep", {"seconds": seconds})["id"] for seconds in (60, 3))
    until(lambda: stack.job(job)["state"] == "running" and stack.job(neighbour)["state"] == "running")

    with stack.client() as client:
        answer = client.post(f"/v1/jobs/{job}/cancel").json()

    assert answer["state"] == "canceled"
    until(lambda: not stack.sql("SELECT 1 FROM leases WHERE job_id = %(id)s", id=job), 5)
    assert stack.ended(neighbour)["state"] == "succeeded"


def test_one_tenants_backlog_does_not_hold_another_one_up(stack: Stack) -> None:
    with stack.client(stack.operator_key) as operator:
        tenant = operator.post("/v1/tenants", json={"name": f"fair-{os.getpid()}"}).json()["id"]
        key = operator.post("/v1/keys", json={"tenant_id": tenant}).json()["secret"]
    body = {"jobs": [{"kind": "test.sleep", "input": {"seconds": 0.1}}] * 300}
    with stack.client() as first:
        first.post("/v1/jobs/batch", json=body)

    with stack.client(key) as second:
        mine = second.post("/v1/jobs", json={"kind": "test.noop", "input": {}}, headers={"Prefer": "wait=20"}).json()

    ahead = stack.sql(
        "SELECT count(*) AS n FROM events WHERE type = 'job.started' AND tenant_id <> %(tenant)s AND at < %(at)s"
        " AND at > %(since)s",
        tenant=tenant,
        at=mine["started_at"],
        since=mine["created_at"],
    )
    assert mine["state"] == "succeeded"
    assert ahead[0]["n"] <= 30


def test_a_prediction_is_bought_once_and_awaited_without_a_slot(stack: Stack) -> None:
    job = stack.submit("test.wait", {"seconds": 2})["id"]

    until(lambda: stack.job(job)["state"] == "waiting", 20)

    assert not stack.sql("SELECT 1 FROM leases WHERE job_id = %(id)s", id=job)
    done = stack.ended(job, 60)
    assert done["state"] == "succeeded"
    effects = stack.sql("SELECT state FROM steps WHERE job_id = %(id)s AND type = 'prediction'", id=job)
    assert [effect["state"] for effect in effects] == ["done"]


def test_events_stream_live_and_resume_where_they_broke(stack: Stack) -> None:
    job = stack.submit("test.steps", {"n": 4, "seconds": 0.2})["id"]
    headers = {"Accept": "text/event-stream"}
    with stack.client() as client, client.stream("GET", f"/v1/jobs/{job}/events", headers=headers) as stream:
        first = [int(line.removeprefix("id:")) for line in stream.iter_lines() if line.startswith("id:")]

    with (
        stack.client() as client,
        client.stream("GET", f"/v1/jobs/{job}/events", headers={**headers, "Last-Event-ID": "2"}) as stream,
    ):
        again = [int(line.removeprefix("id:")) for line in stream.iter_lines() if line.startswith("id:")]

    assert first == list(range(1, len(first) + 1))
    assert again == first[2:]


def test_the_command_submits_watches_and_shows(stack: Stack) -> None:
    submitted = json.loads(stack.mill("jobs", "submit", "test.steps", "n=2", "--wait", "--json").stdout)

    listed = json.loads(stack.mill("jobs", "list", "--json").stdout)
    shown = json.loads(stack.mill("jobs", "show", submitted["id"], "--json").stdout)

    assert submitted["state"] == "succeeded"
    assert submitted["id"] in {job["id"] for job in listed}
    assert shown["id"] == submitted["id"]


def test_ten_readers_and_writers_at_once_see_no_error(stack: Stack) -> None:
    def once(_: int) -> int:
        with stack.client() as client:
            made = client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})
            return max(made.status_code, client.get("/v1/jobs?limit=20").status_code)

    with ThreadPoolExecutor(10) as pool:
        codes = set(pool.map(once, range(100)))

    assert max(codes) == 202
