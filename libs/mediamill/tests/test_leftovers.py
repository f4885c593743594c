"""What a job started ends with it, however far from the job it went."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mediamill import leftovers
from mediamill.processes import ProcessOwner, Stopped, child, owning
from mediamill_testing.stacks import until

FAR_AWAY = 'trap \'\' TERM; setsid sh -c \'echo $$ >> "$0"; exec sleep 600\' "$0" & echo $! >> "$0"; {then}'

DIES_WITH_A_TREE = """
import os, signal, sys
from mediamill.processes import ProcessOwner, child, owning
with owning(ProcessOwner()), child(["sh", "-c", sys.argv[1], sys.argv[2]]):
    while len(open(sys.argv[2]).read().split()) < 2:
        pass
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def pids(file: Path) -> list[int]:
    """Give what the tree wrote down, once both of it have."""
    return until(lambda: found if len(found := [int(pid) for pid in file.read_text().split()]) == 2 else None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "pids"
    made.touch()
    return made


def test_a_grandchild_in_a_session_of_its_own_ends_with_the_run_though_its_parent_is_gone(file: Path) -> None:
    with owning(ProcessOwner()), child(["sh", "-c", FAR_AWAY.format(then="exit 0"), str(file)]) as process:
        process.wait()
        before = pids(file)
        assert is_alive(before[0])

    until(lambda: not any(map(is_alive, before)))


def test_a_stopped_run_takes_every_generation_with_it(file: Path) -> None:
    owner, before = ProcessOwner(), []

    def run() -> None:
        with owning(owner), child(["sh", "-c", FAR_AWAY.format(then="wait"), str(file)]) as process:
            before.extend([process.pid, *pids(file)])
            owner.stop()
            process.wait()

    with pytest.raises(Stopped):
        run()

    until(lambda: not any(map(is_alive, before)))


def test_another_run_of_the_same_worker_loses_nothing(file: Path) -> None:
    with owning(ProcessOwner()), child(["sleep", "600"]) as neighbour:
        with owning(ProcessOwner()), child(["sh", "-c", FAR_AWAY.format(then="exit 0"), str(file)]):
            pids(file)

        assert is_alive(neighbour.pid)


def test_what_a_killed_worker_left_behind_is_ended_by_the_next_one(file: Path) -> None:
    argv = [sys.executable, "-c", DIES_WITH_A_TREE, FAR_AWAY.format(then="wait"), str(file)]
    subprocess.run(argv, check=False, timeout=60)
    before = pids(file)
    assert is_alive(before[1])

    leftovers.kill_orphans()

    until(lambda: not any(map(is_alive, before)))


def test_what_a_living_worker_runs_is_no_orphan() -> None:
    with owning(ProcessOwner()), child(["sleep", "600"]) as mine:
        leftovers.kill_orphans()

        assert is_alive(mine.pid)


def test_a_child_that_is_started_while_its_run_is_stopped_is_ended() -> None:
    owner = ProcessOwner()
    env = {**os.environ, **owner.mark}
    process = subprocess.Popen(["sleep", "600"], env=env, start_new_session=True)
    owner.stop()

    owner.adopt(process)

    assert process.wait(10) != 0
