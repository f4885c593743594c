"""What the benchmarks share: one stack as users run it, and the yard of all systems side by side."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediamill_testing.stacks import Stack, running_stack
from mill.stack.ports import free_port
from mill.stack.processes import spawn
from rig.report import Report
from rig.rounds import Yard

OUT = Path(__file__).parents[2] / "out" / "bench"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running stack with the test kinds."""
    with running_stack(tmp_path_factory.mktemp("bench")) as running:
        yield running


@pytest.fixture(scope="session")
def vendor_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The vendor that everybody's waits buy from; its cost is nobody's."""
    port = free_port()
    argv = [sys.executable, "-m", "mediamill_testing.vendor.server", "--port", str(port)]
    log = tmp_path_factory.mktemp("vendor") / "log"
    process = spawn(argv, log, env={"PATH": ""}, dies_by=signal.SIGKILL)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory, vendor_url: str) -> Iterator[Yard]:
    """Every system, measured in turn; tables are written at the end."""
    report = Report(OUT)
    running = Yard(tmp_path_factory.mktemp("yard"), vendor_url, report)
    yield running
    running.close()
    sys.stdout.write("\n\n" + report.write())
