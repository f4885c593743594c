"""What a run's children left behind: found by a mark in the environment that every descendant inherits.

A process group is not enough: a grandchild may begin a session of its own, or outlive the leader of its group, and the
death of a killed worker reaches its direct children only. Linux only; elsewhere nothing is found.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

MARK = "MEDIAMILL_RUN"
ROUNDS = 5
"""Looks until nothing is found: what is forked during one look is found by the next, which looks at nothing else."""

_START_FIELD = 19
_NAME = f"\0{MARK}=".encode()


class Owner(NamedTuple):
    """A process that runs jobs, told apart from every other one that can be seen from here."""

    namespace: str
    pid: int
    started: str


@lru_cache(maxsize=1)
def _owner_of(pid: int) -> Owner:
    return Owner(_namespace(), pid, _started(pid))


def mark_of(run: str) -> str:
    """Give the value of the mark of a run of this process."""
    return "/".join([*map(str, _owner_of(os.getpid())), run])


def kill_run(run: str) -> int:
    """Kill every process that a run of this process left behind, and tell how many there were."""
    mark = mark_of(run)
    return _kill(lambda found: found == mark)


def kill_orphans() -> int:
    """Kill what was started by the runs of processes of this machine that have ended since, and tell how many."""
    here = _namespace()
    return _kill(lambda found: _is_orphaned(found, here))


def _is_orphaned(mark: str, here: str) -> bool:
    namespace, pid, started, *_ = [*mark.split("/"), "", ""]
    return bool(here) and namespace == here and pid.isdigit() and _started(int(pid)) != started


def _kill(is_meant: Callable[[str], bool]) -> int:
    killed: set[int] = set()
    seen: set[int] = set()
    for _ in range(ROUNDS):
        found = set()
        for pid in set(_living()) - seen:
            mark = _mark_in(pid)
            if mark is not None:
                seen.add(pid)
            if mark and is_meant(mark) and _kill_one(pid, is_meant):
                found.add(pid)
        killed |= found
        if not found:
            break
    return len(killed)


def _living() -> Iterator[int]:
    if not Path("/proc/self/environ").exists():
        return
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            yield int(entry.name)


def _kill_one(pid: int, is_meant: Callable[[str], bool]) -> bool:
    """Kill a process if its mark is still meant; a pid that is used again meanwhile is never hit."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not is_meant(_mark_in(pid) or ""):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _mark_in(pid: int) -> str | None:
    """Give the mark of a process, empty if it has none; ``None`` for one that shows nothing, as while it execs."""
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:  # noqa: PTH123  # thrice as fast as a Path
            environment = file.read()
    except OSError:
        return None
    if not environment:
        return None
    _, _, behind = (b"\0" + environment).partition(_NAME)
    return behind.partition(b"\0")[0].decode(errors="replace")


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[_START_FIELD]
    except (OSError, IndexError):
        return ""
