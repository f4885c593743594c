"""The whole stack behind a PgBouncer in transaction mode: liveness by lease, nothing that belongs to a session."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from mediamill_testing.pooler import SERVERS, SETTINGS, running_pooler
from mediamill_testing.stacks import Stack, running_stack, until
from mill.stack import start_postgres

pytestmark = pytest.mark.xdist_group("pooler")

LEASE_S = 2.0


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Postgres of its own."""
    running = start_postgres(tmp_path_factory.mktemp("postgres"))
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def stack(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that reaches it through the pooler alone."""
    with running_pooler(server_url) as url:
        settings = {
            **SETTINGS,
            "MEDIAMILL_DATABASE_URL": url,
            "MEDIAMILL_LEASE_S": str(LEASE_S),
            "MEDIAMILL_HEARTBEAT_S": "0.3",
        }
        with running_stack(tmp_path_factory.mktemp("stack"), **settings) as running:
            yield running


def test_jobs_flows_and_waits_go_through_a_handful_of_shared_sessions(stack: Stack, server_url: str) -> None:
    jobs = [stack.submit("test.steps", {"n": 2, "seconds": 0.01})["id"] for _ in range(12)]
    jobs += [stack.submit("test.fanout", {"n": 4})["id"], stack.submit("test.wait", {"seconds": 0.1})["id"]]

    assert {stack.ended(job)["state"] for job in jobs} == {"succeeded"}
    with psycopg.connect(server_url) as direct:
        found = direct.execute("SELECT count(*) FROM pg_stat_activity WHERE client_port IS NOT NULL").fetchone()
    assert found is not None
    assert found[0] <= SERVERS + 1


def test_the_job_of_a_killed_worker_is_back_in_line_when_its_lease_ends(stack: Stack) -> None:
    job = stack.submit("test.steps", {"n": 6, "seconds": 0.3})["id"]
    steps = "SELECT ordinal, started_at FROM steps WHERE job_id = %(id)s AND state = 'done' ORDER BY ordinal"
    until(lambda: len(stack.sql(steps, id=job)) >= 2)

    before = stack.sql(steps, id=job)
    stack.kill_worker()
    done = stack.ended(job, 60)

    assert (done["state"], done["crashes"]) == ("succeeded", 1)
    assert stack.sql(steps, id=job)[: len(before)] == before


def test_a_running_job_is_cancelled(stack: Stack) -> None:
    job = stack.submit("test.sleep", {"seconds": 60})["id"]
    until(lambda: stack.job(job)["state"] == "running")

    with stack.client() as client:
        assert client.post(f"/v1/jobs/{job}/cancel").status_code == 200

    assert stack.ended(job, 10)["state"] == "canceled"


def test_an_idempotent_post_and_its_stream_of_events_work(stack: Stack) -> None:
    body, key = {"kind": "test.noop", "input": {}}, {"Idempotency-Key": "the same"}
    with stack.client() as client:
        first, second = (client.post("/v1/jobs", json=body, headers=key).json()["id"] for _ in range(2))
        stream = client.get(f"/v1/jobs/{first}/events", headers={"Accept": "text/event-stream"})

    assert first == second
    assert "job.succeeded" in stream.text
