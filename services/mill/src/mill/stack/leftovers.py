"""Processes that a killed supervisor left behind: found, and ended before anything else touches their data."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from mill.stack import postgres, valkey
from mill.stack.environment import MARK
from mill.stack.layout import Layout
from mill.stack.processes import Identity, end, identify, kill_group
from mill.stack.state import read_state

_GRACE_S = 3.0


def end_leftovers(layout: Layout) -> list[int]:
    """End what is left of a stack without a supervisor, last started first; give the pids that were found."""
    found: list[int] = []
    state = read_state(layout)
    for part in reversed(state.parts if state else ()):
        if part.name not in {"postgres", "valkey"} and identify(part.pid) == part.identity:
            found.append(part.pid)
            end(part.identity, signal.SIGTERM, _GRACE_S)
    for stray in marked(layout):
        found.append(stray.pid)
        kill_group(stray)
    found += valkey.clear_leftover(layout.valkey)
    found += postgres.clear_leftover(layout.postgres / "cluster")
    return found


def marked(layout: Layout) -> list[Identity]:
    """Give every process that carries the mark of a stack, but not us and those above us."""
    mark = f"{MARK}={layout.data}".encode()
    spared = _ancestry(os.getpid())
    strays = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        if pid in spared:
            continue
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        identity = identify(pid) if mark in environment.split(b"\0") else None
        if identity is not None:
            strays.append(identity)
    return strays


def _ancestry(pid: int) -> set[int]:
    line = {pid}
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
        line.add(pid)
    return line
