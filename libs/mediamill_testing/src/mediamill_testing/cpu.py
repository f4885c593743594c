"""What processes have cost, read from /proc."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class _Spent(NamedTuple):
    parent: int
    seconds: float
    """Its own, and those of its children that have ended and were waited for."""


def tree_seconds(root: int) -> float:
    """Give the CPU seconds of a process, its children, and those of them that have ended."""
    return _sum(lambda pid, found: root in {pid, found[pid].parent})


def family_seconds(root: int) -> float:
    """Give the CPU seconds of a process and all that come from it, those that have ended and were waited for too."""
    return _sum(lambda pid, found: _comes_from(pid, root, found))


def _sum(belongs: Callable[[int, dict[int, _Spent]], bool]) -> float:
    found = _processes()
    return sum(spent.seconds for pid, spent in found.items() if belongs(pid, found))


def _processes() -> dict[int, _Spent]:
    found: dict[int, _Spent] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks = sum(int(field) for field in fields[11:15])
        found[int(stat.parent.name)] = _Spent(int(fields[1]), ticks / os.sysconf("SC_CLK_TCK"))
    return found


def _comes_from(pid: int, root: int, found: dict[int, _Spent]) -> bool:
    while pid != root and pid in found:
        pid = found[pid].parent
    return pid == root
