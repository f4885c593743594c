"""What a peer's commands cost: CPU and memory of the whole tree of processes, as the kernel counted them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """What was spent."""

    cpu_s: float
    wall_s: float
    rss_mb: float
    """The largest of its processes."""

    def figures(self) -> dict[str, float]:
        """Give it as a report takes it."""
        return self._asdict()


class Failed(Exception):
    """A peer did not do its job."""


def cost_of(commands: Sequence[Sequence[str]], folder: Path, env: Mapping[str, str] | None = None) -> Cost:
    """Run commands one after another in a folder. Raises ``Failed`` with the last words of one that fails."""
    began = time.monotonic()
    cpu, rss = 0.0, 0
    for number, command in enumerate(commands):
        log = folder / f"command{number}.log"
        with log.open("wb") as told:
            child = subprocess.Popen(
                list(command),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                env={**os.environ, **(env or {})},
            )
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise Failed(
                f"{' '.join(command)[:300]} ended with {child.returncode}: {log.read_text(errors='replace')[-1500:]}"
            )
        cpu += usage.ru_utime + usage.ru_stime
        rss = max(rss, usage.ru_maxrss)
    return Cost(cpu, time.monotonic() - began, rss / 1024)
