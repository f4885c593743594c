"""A release is rolled out beside the last one, under load: its tables first, its workers last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from mediamill.db.revision import head
from mediamill_testing.previous import Previous, previous
from mediamill_testing.stacks import clean_environment, until
from mediamill_testing.vendor.server import VendorServer
from mill.stack.ports import free_port
from mill.stack.probes import gateway_is_ready

pytestmark = pytest.mark.xdist_group("upgrading")

HOLDS = """
SELECT 1 FROM leases JOIN workers ON workers.id = worker_id WHERE pid = %(pid)s AND kind = 'test.steps' LIMIT 1
"""
BEFORE = (
    *[{"kind": "test.noop", "input": {}}] * 20,
    {"kind": "test.fanout", "input": {"n": 3}},
    {"kind": "test.steps", "input": {"n": 2}},
    {"kind": "test.keep", "input": {}},
    {"kind": "test.wait", "input": {"seconds": 0.2}},
)
AMID = (
    {"kind": "test.steps", "input": {"n": 6, "seconds": 0.3}},
    {"kind": "test.wait", "input": {"seconds": 0.2}},
)
CONTINUED = """
SELECT count(*) AS steps, count(DISTINCT steps.delivery) AS runs
FROM steps JOIN (
    SELECT DISTINCT job_id FROM events WHERE type = 'job.handed_back' AND data ->> 'reason' = 'drain'
) AS back USING (job_id)
WHERE job_id = ANY(%(ids)s::uuid[]) GROUP BY job_id ORDER BY runs
"""
KEY, OPERATOR_KEY = "mm_upgrading", "mm_upgrading_operator"


@dataclass
class Rollout:
    """A database that the last release made, its workers, and this release's gateway and conductor."""

    old: Previous
    env: dict[str, str]
    database_url: str
    vendor: VendorServer
    logs: Path
    port: int = field(default_factory=free_port)

    def run(self, python: Path | str, *module: str, **settings: str) -> str:
        """Run a program of either release to its end and give what it printed."""
        done = subprocess.run(
            [python, "-m", *module], env=self.env | settings, capture_output=True, text=True, check=True
        )
        return done.stdout

    @contextmanager
    def running(self, python: Path | str, *module: str) -> Iterator[subprocess.Popen[bytes]]:
        """Keep a program running for the length of the block."""
        with (self.logs / f"{module[0]}.log").open("ab") as log:
            process = subprocess.Popen([python, "-m", *module], env=self.env, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def sql(self, query: str, **given: Any) -> list[dict[str, Any]]:
        """Look into the database."""
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query, given).fetchall()

    def is_registered(self, pid: int) -> bool:
        """Tell whether a worker takes jobs."""
        return bool(self.sql("SELECT 1 FROM workers WHERE pid = %(pid)s AND NOT draining", pid=pid))

    def post(self, *jobs: dict[str, Any]) -> list[str]:
        """Have jobs accepted by this release."""
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"Bearer {KEY}"}
        ) as client:
            answer = client.post("/v1/jobs/batch", json={"jobs": list(jobs)})
            answer.raise_for_status()
            return [job["id"] for job in answer.json()["data"]]

    def await_ends(self, jobs: list[str]) -> None:
        """Wait until all have succeeded."""
        count = "SELECT count(*) AS n FROM jobs WHERE id = ANY(%(ids)s::uuid[]) AND state = 'succeeded'"
        until(lambda: self.sql(count, ids=jobs)[0]["n"] == len(jobs), 60, 0.2)


def worker(*arguments: str) -> tuple[str, ...]:
    """Give the program of a worker of the test queue."""
    return ("mediamill.handlers.worker", "--queues", "test", "--slots", "4", *arguments)


@pytest.fixture(scope="module")
def rollout(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rollout]:
    """Have the last release make the database, and this one expand it and start on it."""
    old, folder = previous(), tmp_path_factory.mktemp("rollout")
    with ExitStack() as opened:
        vendor = opened.enter_context(closing_vendor())
        server = opened.enter_context(psycopg.connect(postgres_url, autocommit=True))
        server.execute("CREATE DATABASE upgrading")
        url = f"{postgres_url.rpartition('/')[0]}/upgrading"
        env = clean_environment(
            MEDIAMILL_DATABASE_URL=url,
            MEDIAMILL_BROKER_URL=valkey_url,
            MEDIAMILL_STORE_URL=(folder / "store").as_uri(),
            MEDIAMILL_RUN_DIR=str(folder / "run"),
            MEDIAMILL_SECRET="a secret of the rollout",
            MEDIAMILL_TEST_KINDS="1",
            MEDIAMILL_DRAIN_GRACE_S="0.3",
            MEDIAMILL_METRICS_PORT="0",
            MEDIAMILL_BOOTSTRAP_KEY=KEY,
            MEDIAMILL_BOOTSTRAP_OPERATOR_KEY=OPERATOR_KEY,
            MEDIAMILL_TEST_VENDOR_URL=vendor.url,
            **vendor.settings,
        )
        made = Rollout(old, env, url, vendor, folder)
        made.run(old.python, "mediamill.db.migrate")
        made.run(old.python, "mediamill.tenants.bootstrap")
        yield made
        server.execute("DROP DATABASE upgrading WITH (FORCE)")


@contextmanager
def closing_vendor() -> Iterator[VendorServer]:
    """Have a vendor open, whose webhooks go nowhere."""
    vendor = VendorServer().start()
    vendor.faults.drop_hooks = True
    yield vendor
    vendor.close()


def test_jobs_of_this_release_are_done_by_the_last_ones_workers_and_a_rolling_change_loses_none(
    rollout: Rollout,
) -> None:
    with ExitStack() as running:
        old = running.enter_context(rollout.running(rollout.old.python, *worker()))
        until(lambda: rollout.is_registered(old.pid), 60)
        assert "pending" not in rollout.run(sys.executable, "mediamill.db.migrate", "--pre")
        running.enter_context(rollout.running(sys.executable, "conductor"))
        running.enter_context(rollout.running(sys.executable, "gateway", "--port", str(rollout.port)))
        until(lambda: gateway_is_ready(rollout.port), 60)

        rollout.await_ends(rollout.post(*BEFORE))
        _change_workers_under_load(rollout, old, running)

    told = rollout.run(sys.executable, "mediamill.db.migrate", "--post")
    assert f"revision {head()}" in told
    assert "pending" not in told


def _change_workers_under_load(rollout: Rollout, old: subprocess.Popen[bytes], running: ExitStack) -> None:
    """Put a worker of this release beside one of the last, then end that one while it works and jobs come."""
    jobs: list[str] = []
    is_over = threading.Event()

    def load() -> None:
        while not is_over.is_set():
            jobs.extend(rollout.post(*AMID))
            is_over.wait(0.3)

    new = running.enter_context(rollout.running(sys.executable, *worker()))
    until(lambda: rollout.is_registered(new.pid), 60)
    poster = threading.Thread(target=load)
    poster.start()
    until(lambda: rollout.sql(HOLDS, pid=old.pid), every_s=0.01)
    os.kill(old.pid, signal.SIGTERM)
    assert old.wait(30) == 0
    is_over.set()
    poster.join()
    rollout.await_ends(jobs)
    facts = rollout.sql(
        "SELECT max(crashes) AS crashes, max(attempt) AS attempts FROM jobs WHERE id = ANY(%(ids)s::uuid[])", ids=jobs
    )
    assert facts == [{"crashes": 0, "attempts": 1}]
    continued = rollout.sql(CONTINUED, ids=jobs)
    assert {row["steps"] for row in continued} == {6}
    assert continued[-1]["runs"] == 2
    bought = rollout.sql("SELECT count(*) AS n FROM steps WHERE type = 'prediction'")[0]["n"]
    assert len(rollout.vendor.bill.sales()) == bought
