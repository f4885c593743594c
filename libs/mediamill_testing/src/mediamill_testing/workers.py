"""Real workers beside a mill that is driven turn by turn: what it hands over reaches them only when a test says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from mediamill.settings import Settings
from mediamill.wire.publish import publisher
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import clean_environment

STARTS_S = 90
"""How long a process may take to start on a machine that has other things to do."""


def worker_environment(mill: Mill, broker_url: str, folder: Path, **settings: str) -> dict[str, str]:
    """Give what a worker of the mill's database is told; its files lie in ``folder``."""
    return clean_environment(
        MEDIAMILL_DATABASE_URL=mill.config.database_url.get_secret_value(),
        MEDIAMILL_BROKER_URL=broker_url,
        MEDIAMILL_STORE_URL=(folder / "store").as_uri(),
        MEDIAMILL_RUN_DIR=str(folder / "run"),
        MEDIAMILL_TEST_KINDS="1",
        MEDIAMILL_HEARTBEAT_S="0.2",
        **settings,
    )


@contextmanager
def running_worker(env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker of the test queue with two slots and kill it after the block."""
    argv = [sys.executable, "-m", "mediamill.handlers.worker", "--queues", "test", "--slots", "2"]
    worker = subprocess.Popen(argv, env=env, stderr=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def tell_broker(mill: Mill, job: UUID, broker_url: str) -> None:
    """Hand a job over and really publish it."""
    mill.dispatcher.tick()
    delivery = next(found for found in reversed(mill.wire.deliveries) if found.job_id == job)
    publisher(Settings(broker_url=SecretStr(broker_url))).publish([delivery])
