"""Workers that are held still, killed without a session to tell of it, or told to stop when nothing is there."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from conductor.sweep.tick import SECOND_LOOK_S
from mediamill import clock
from mediamill.jobs.model import Worker
from mediamill.jobs.states import State
from mediamill.settings import Settings
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer
from mediamill_testing.workers import STARTS_S, running_worker, tell_broker, worker_environment

SESSIONS = """
SELECT count(*) FROM pg_locks WHERE classid = 7170412
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
NOBODY = "127.0.0.1:9"
"""A port where nobody listens."""


@pytest.fixture
def vendor() -> Iterator[VendorServer]:
    """A vendor that sells again to the same key."""
    server = VendorServer().start()
    yield server
    server.close()


def shop_of(vendor: VendorServer) -> dict[str, str]:
    return {"MEDIAMILL_REPLICATE_BASE_URL": vendor.url, "MEDIAMILL_REPLICATE_API_TOKEN": "test"}


def worker_of(mill: Mill, pid: int) -> Any:
    return mill.db.run(lambda c: c.execute(select(Worker.id, Worker.seen_at).where(Worker.pid == pid)).first())


def waits_for_a_lock(mill: Mill) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return mill.db.run(lambda c: c.execute(text(query)).first()) is not None


def test_a_worker_that_is_paused_before_it_buys_and_goes_on_after_another_has_bought_buys_nothing(
    mill: Mill, valkey_url: str, tmp_path: Path, vendor: VendorServer
) -> None:
    bill, shop = vendor.bill, shop_of(vendor)
    job = mill.accept("test.buy", {})
    other_broker = valkey_url.rpartition("/")[0] + "/1"
    with running_worker(worker_environment(mill, valkey_url, tmp_path, **shop)) as paused:
        first = until(lambda: worker_of(mill, paused.pid), STARTS_S)
        with mill.db.unit_of_work() as connection:
            connection.execute(text("LOCK TABLE steps IN SHARE MODE"))
            tell_broker(mill, job, valkey_url)
            until(lambda: waits_for_a_lock(mill))
            os.kill(paused.pid, signal.SIGSTOP)
        until(lambda: [step.state for step in mill.steps(job)] == ["intent"])
        dead = update(Worker).where(Worker.id == first.id).values(seen_at=func.now() - timedelta(hours=1))
        mill.db.run(lambda c: c.execute(dead))
        until(lambda: mill.sweeper.tick() and mill.state_of(job) is State.QUEUED)
        with running_worker(worker_environment(mill, other_broker, tmp_path, **shop)) as buyer:
            until(lambda: worker_of(mill, buyer.pid), STARTS_S)
            tell_broker(mill, job, other_broker)
            until(lambda: [step.state for step in mill.steps(job)][:1] == ["done"])

            os.kill(paused.pid, signal.SIGCONT)
            until(lambda: (now := worker_of(mill, paused.pid)) and now.id != first.id, STARTS_S)
            paused.send_signal(signal.SIGTERM)
            code = paused.wait(STARTS_S)

    assert code == 0
    assert bill.keys() == [f"{job}:0"]


def test_a_killed_workers_job_is_back_in_line_when_no_session_tells_of_it(
    database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    config = Settings(database_url=SecretStr(database_url), liveness="lease", lease_s=2, secret=SecretStr("test"))
    mill = Mill(config, tmp_path)
    job = mill.accept("test.sleep", {"seconds": 600})
    env = worker_environment(mill, valkey_url, tmp_path, MEDIAMILL_LIVENESS="lease", MEDIAMILL_PREPARE_STATEMENTS="0")
    with running_worker(env) as worker:
        until(lambda: worker_of(mill, worker.pid), STARTS_S)
        tell_broker(mill, job, valkey_url)
        until(lambda: mill.state_of(job) is State.RUNNING)
        locks = mill.db.run(lambda c: c.execute(text(SESSIONS)))
        mill.sweeper.tick()
        state_while_it_lives = mill.state_of(job)

        worker.kill()
        until(lambda: mill.sweeper.tick() and mill.state_of(job) is State.QUEUED)

    mill.close()
    assert locks.scalar_one() == 1, "only the mill's own worker holds a session"
    assert state_while_it_lives is State.RUNNING
    assert mill.job(job).crashes == 1


def test_the_defaults_bring_jobs_back_within_thirty_seconds_without_a_session() -> None:
    config = Settings()

    worst_s = config.lease_s + config.sweep_s + SECOND_LOOK_S

    assert worst_s <= 27, "the rest is for the sweep's and the dispatcher's own work"
    assert config.lease_s >= 5 * config.heartbeat_s


@pytest.mark.parametrize("absent", ["broker", "database", "nothing"])
def test_a_worker_ends_when_told_to_whatever_is_away(mill: Mill, valkey_url: str, tmp_path: Path, absent: str) -> None:
    env = worker_environment(mill, valkey_url, tmp_path)
    env |= {"broker": {"MEDIAMILL_BROKER_URL": f"redis://{NOBODY}/0"}}.get(absent, {})
    env |= {"database": {"MEDIAMILL_DATABASE_URL": f"postgresql://nobody@{NOBODY}/none"}}.get(absent, {})
    with running_worker(env) as worker:
        until(lambda: any((tmp_path / "run").glob("worker-*.json")), STARTS_S)
        began = clock.monotonic()
        worker.send_signal(signal.SIGTERM)
        code = worker.wait(STARTS_S)

    assert code in {0, -signal.SIGTERM}
    assert clock.monotonic() - began < 60


def test_a_worker_whose_job_is_parked_has_nothing_to_wait_for(
    mill: Mill, valkey_url: str, tmp_path: Path, vendor: VendorServer
) -> None:
    shop = shop_of(vendor)
    job = mill.accept("test.wait", {"seconds": 3600})
    env = worker_environment(mill, valkey_url, tmp_path, MEDIAMILL_DRAIN_GRACE_S="600", **shop)
    with running_worker(env) as worker:
        until(lambda: worker_of(mill, worker.pid), STARTS_S)
        tell_broker(mill, job, valkey_url)
        until(lambda: mill.state_of(job) is State.WAITING)

        worker.send_signal(signal.SIGTERM)

        assert worker.wait(STARTS_S) == 0
    assert worker_of(mill, worker.pid) is None
    assert mill.state_of(job) in {State.WAITING, State.QUEUED}
