"""The health check tells how a worker is, in words and by its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mediamill.handlers.health import ILL, WELL, judge
from mediamill.handlers.process import EXIT_DEAF
from mediamill.handlers.pulse import Health, Pulse
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until
from mediamill_testing.workers import STARTS_S, running_worker, tell_broker, worker_environment


def check(env: dict[str, str]) -> tuple[int, str]:
    argv = [sys.executable, "-m", "mediamill.handlers.health"]
    told = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=30, check=False)
    return told.returncode, told.stdout.partition(":")[0]


def test_a_worker_is_healthy_then_deaf_then_gone_and_healthy_again_once_it_was_restarted(
    mill: Mill, valkey_url: str, tmp_path: Path
) -> None:
    env = worker_environment(mill, valkey_url, tmp_path, MEDIAMILL_DRAIN_GRACE_S="10")
    seen = [check(env)]
    with running_worker(env) as worker:
        until(lambda: check(env) == (WELL, "healthy"), STARTS_S, 0.2)
        running = mill.accept("test.sleep", {"seconds": 60})
        tell_broker(mill, running, valkey_url)
        until(lambda: mill.state_of(running) is State.RUNNING)
        mill.accept("test.noop")
        mill.dispatcher.tick()

        until(lambda: mill.sweeper.tick() and check(env)[1] == "deaf", STARTS_S, 0.2)
        seen.append(check(env))

        assert worker.wait(STARTS_S) == EXIT_DEAF
    seen.append(check(env))
    with running_worker(env):
        until(lambda: check(env) == (WELL, "healthy"), STARTS_S, 0.2)
    assert seen == [(ILL, "gone"), (ILL, "deaf"), (ILL, "gone")]
    assert (mill.state_of(running), mill.job(running).crashes) == (State.QUEUED, 0)


def test_a_worker_that_stands_still_is_stuck(mill: Mill, valkey_url: str, tmp_path: Path) -> None:
    env = worker_environment(mill, valkey_url, tmp_path)
    with running_worker(env) as worker:
        until(lambda: check(env) == (WELL, "healthy"), STARTS_S, 0.2)

        os.kill(worker.pid, signal.SIGSTOP)

        until(lambda: check(env) == (ILL, "stuck"), STARTS_S, 1)


@pytest.mark.parametrize(
    ("health", "tried_s", "confirmed_s", "code", "word"),
    [
        (Health.STARTING, 0, 0, ILL, "starting"),
        (Health.HEALTHY, 1, 1, WELL, "healthy"),
        (Health.HEALTHY, 1, 60, WELL, "cut off"),
        (Health.HEALTHY, 60, 60, ILL, "stuck"),
        (Health.DRAINING, 1, 1, WELL, "draining"),
        (Health.DRAINING, 60, 60, ILL, "stuck"),
        (Health.DEAF, 1, 1, ILL, "deaf"),
    ],
)
def test_each_state_has_its_word_and_its_code(
    health: Health, tried_s: float, confirmed_s: float, code: int, word: str
) -> None:
    pulse = Pulse(1, health, since=0, tried_at=100 - tried_s, confirmed_at=100 - confirmed_s, heartbeat_s=5)

    verdict = judge(pulse, 100)

    assert (verdict.code, verdict.text.partition(":")[0]) == (code, word)


def test_the_probe_loads_no_library() -> None:
    look = "import sys, mediamill.handlers.health; print(*{name.partition('.')[0] for name in sys.modules})"

    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()

    assert not {"celery", "sqlalchemy", "pydantic", "psycopg", "redis"} & set(loaded)
