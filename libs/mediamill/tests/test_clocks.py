"""A worker whose clock is wrong by hours: the database judges what time it is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from mediamill.jobs.states import State
from mediamill_testing.harness import Mill

SLEEPER = """
import sys
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from mediamill_testing.harness import Mill
from mediamill.settings import Settings

class Neighbour(Mill):
    def add_tenant(self, name, **facts):
        return UUID(sys.argv[3])


mill = Neighbour(Settings(database_url=SecretStr(sys.argv[1])), Path(sys.argv[2]))
job = mill.accept("shop.timer", {"seconds": 600})
mill.turn()
mill.close()
print(job)
"""
"""A worker in a process of its own, whose clock can be wrong."""


def slept(mill: Mill, folder: Path, wrong_s: float) -> UUID:
    """Have a job go to sleep for ten minutes on such a worker."""
    (folder / "clock").write_text(str(wrong_s))
    env = {**os.environ, "MEDIAMILL_TEST_KINDS": "1", "MEDIAMILL_TEST_CLOCK": str(folder / "clock")}
    url = mill.config.database_url.get_secret_value()
    argv = [sys.executable, "-c", SLEEPER, url, str(folder), str(mill.tenant)]
    mill.worker.stop()
    found = subprocess.run(argv, env=env, check=True, capture_output=True, text=True, timeout=60)
    return UUID(found.stdout.split()[-1])


def database_now(mill: Mill) -> datetime:
    with mill.db.unit_of_work() as connection:
        return connection.execute(select(func.clock_timestamp())).scalar_one()


@pytest.mark.parametrize("wrong_s", [-7200, 7200])
def test_a_sleep_ends_by_the_clock_of_the_database(mill: Mill, tmp_path: Path, wrong_s: float) -> None:
    before = database_now(mill)

    job = slept(mill, tmp_path, wrong_s)

    [timer] = mill.steps(job)
    ends = datetime.fromisoformat(timer.result["value"])
    assert mill.state_of(job) is State.WAITING
    assert before + timedelta(seconds=600) <= ends <= database_now(mill) + timedelta(seconds=600)
    assert before <= timer.started_at <= timer.finished_at
