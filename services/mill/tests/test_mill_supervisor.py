"""The supervisor with a real program, in a process of its own; the whole stack is tested end to end elsewhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mediamill.clock import monotonic
from mill.stack.control import bring_down
from mill.stack.errors import PortTaken
from mill.stack.layout import Layout
from mill.stack.ports import free_port
from mill.stack.processes import is_alive, wait_gone
from mill.stack.restarts import FIRST_S, Restarts
from mill.stack.state import PartState, Ports, read_state, write_ports
from mill.stack.supervisor import chosen_port

PROGRAM = """
import os, sys
from pathlib import Path
from mill.stack.alarm import Alarm
from mill.stack.environment import MARK
from mill.stack.layout import Layout
from mill.stack.parts import ProgramPart
from mill.stack.state import supervising
from mill.stack.supervisor import Supervisor

layout = Layout.of(Path(sys.argv[1]))
layout.make()
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
with supervising(layout), Alarm() as alarm:
    supervisor = Supervisor(layout, alarm)
    try:
        for name in ("worker", "gateway"):
            supervisor.keep(ProgramPart(name, sleeper, layout, {**os.environ, MARK: str(layout.data)}))
        print("kept", flush=True)
        supervisor.tend()
    finally:
        supervisor.bring_down()
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.of(tmp_path / "data")


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(layout.data)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "kept\n"
    yield process
    process.kill()
    process.communicate()
    bring_down(layout)


def _part(layout: Layout, name: str) -> PartState | None:
    state = read_state(layout)
    return next((part for part in state.parts if part.name == name), None) if state else None


def _eventually(layout: Layout, name: str, wanted: Callable[[PartState], bool]) -> PartState:
    deadline = monotonic() + 15
    while monotonic() < deadline:
        part = _part(layout, name)
        if part is not None and wanted(part):
            return part
        time.sleep(0.02)
    raise AssertionError(f"{name} did not become what was wanted; the state is {read_state(layout)}")


def test_a_crashed_part_is_back_under_a_new_pid_and_the_others_are_left_alone(
    layout: Layout, supervisor: subprocess.Popen[str]
) -> None:
    before, other = _part(layout, "worker"), _part(layout, "gateway")
    assert before is not None
    assert other is not None

    os.kill(before.pid, signal.SIGKILL)

    after = _eventually(layout, "worker", lambda part: part.restarts == 1)
    assert after.pid != before.pid
    assert is_alive(after.identity)
    assert _part(layout, "gateway") == other


def test_a_supervisor_that_is_told_to_stop_takes_its_parts_and_its_state_with_it(
    layout: Layout, supervisor: subprocess.Popen[str]
) -> None:
    state = read_state(layout)
    assert state is not None

    supervisor.terminate()
    code = supervisor.wait(20)

    assert code == 0
    assert [part for part in state.parts if is_alive(part.identity)] == []
    assert not layout.state.exists()


def test_the_parts_of_a_killed_supervisor_end_with_it(layout: Layout, supervisor: subprocess.Popen[str]) -> None:
    state = read_state(layout)
    assert state is not None

    supervisor.kill()
    supervisor.wait()

    assert wait_gone([part.identity for part in state.parts], 10) == []
    assert bring_down(layout) is False


def test_restarts_come_at_once_first_and_later_each_time_after() -> None:
    restarts = Restarts()

    waits = []
    for _ in range(4):
        assert restarts.note_death()
        assert not restarts.note_death()
        waits.append(restarts.due_in())
        restarts.note_start()

    assert waits[0] <= FIRST_S
    assert waits == sorted(waits)
    assert waits[-1] > 10 * FIRST_S


def test_a_given_port_that_is_taken_is_refused_and_a_remembered_one_is_replaced(layout: Layout) -> None:
    layout.make()
    free = free_port()
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        taken = int(holder.stdout.readline())
        write_ports(layout, Ports(gateway=taken))

        with pytest.raises(PortTaken, match=str(taken)):
            chosen_port(layout, taken)
        other = chosen_port(layout, None)

        assert other != taken
        assert chosen_port(layout, free) == free
        holder.communicate("\n")
