"""What may die under load: the Redis that Sentinels watch, the conductor, Postgres. Nothing is lost or late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mediamill_testing.sentinels import MASTER, Trio, running_trio
from mediamill_testing.stacks import Stack, environment_of, running_stack, until
from mediamill_testing.steady import Load, first_start

pytestmark = pytest.mark.xdist_group("failovers")

NEW_MASTER_S = 5.0
CONDUCTOR_S = 2.0


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trio]:
    """Three Sentinels, a master and its replica."""
    with running_trio(tmp_path_factory.mktemp("trio")) as found:
        yield found


@pytest.fixture(scope="module")
def stack(trio: Trio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on them."""
    settings = {"MEDIAMILL_BROKER_URL": trio.url, "MEDIAMILL_SENTINEL_MASTER": MASTER}
    with running_stack(tmp_path_factory.mktemp("stack"), **settings) as running:
        yield running


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Hold a process still for the length of the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_redis_master_that_dies_costs_no_job_and_what_is_posted_to_the_next_starts_soon(
    stack: Stack, trio: Trio
) -> None:
    with Load(stack) as load:
        trio.fail_over()
        at = time.time()
        until(lambda: load.since(at))
        started_at = until(lambda: first_start(stack, at, load.since(at)), 60)

    told = load.ended()
    assert told["starts"] == told["jobs"] == len(load.jobs)
    assert load.refusals == []
    assert started_at.timestamp() - at < NEW_MASTER_S


def test_a_conductor_that_dies_is_replaced_by_the_one_that_stands_by(stack: Stack) -> None:
    pid = stack.parts()["conductor"]
    env = dict(entry.split("=", 1) for entry in environment_of(pid) if "=" in entry)
    standby = subprocess.Popen([sys.executable, "-m", "conductor"], env=env, stderr=subprocess.DEVNULL)
    try:
        with paused(pid):
            stack.ended(stack.submit("test.noop")["id"])
        with Load(stack) as load:
            os.kill(pid, signal.SIGKILL)
            at = time.time()
            until(lambda: load.since(at))
            started_at = until(lambda: first_start(stack, at, load.since(at)))
    finally:
        standby.kill()
        standby.wait()

    load.ended()
    assert started_at.timestamp() - at < CONDUCTOR_S


def test_while_postgres_restarts_clients_are_told_to_come_again_and_what_was_promised_is_kept(stack: Stack) -> None:
    with Load(stack) as load:
        os.kill(stack.parts()["postgres"], signal.SIGINT)
        until(lambda: load.refusals)
        at = time.time()
        until(lambda: load.since(at), 60)

    load.ended()
    assert {answer.status_code for answer in load.refusals} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in load.refusals)
    assert load.refusals[0].headers["content-type"] == "application/problem+json"
