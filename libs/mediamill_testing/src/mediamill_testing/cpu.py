"""What processes have cost, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path


def tree_seconds(root: int) -> float:
    """Give the CPU seconds of a process, its children, and those of them that have ended."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat.parent.name) == root or int(fields[1]) == root:
            total += sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return total


def family_seconds(root: int) -> float:
    """Give the CPU seconds of a process and all that come from it, those that have ended and were waited for too."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        spent[pid] = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return sum(seconds for pid, seconds in spent.items() if _comes_from(pid, root, parents))


def _comes_from(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid != root and pid in parents:
        pid = parents[pid]
    return pid == root
