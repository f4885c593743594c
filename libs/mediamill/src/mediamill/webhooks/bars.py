"""Progress as a line of a log, such as tqdm draws it: clients of other people's APIs show it, and some read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WIDTH = 20


def part(progress: Mapping[str, Any]) -> float:
    """Tell how much of the whole is done, from 0 to 1."""
    current, total = progress.get("current") or 0, progress.get("total") or 0
    return min(1.0, max(0.0, current / total)) if total > 0 else 0.0


def bar(progress: Mapping[str, Any]) -> str:
    """Draw progress: `` 50%|##########          | 2/4 drawing``. Parts of steps are told as percents."""
    done, current, total = part(progress), progress.get("current") or 0, progress.get("total") or 0
    whole = float(current).is_integer() and float(total).is_integer()
    counted = f"{int(current)}/{int(total)}" if whole else f"{int(done * 100)}/100"
    said = f" {progress['message']}" if progress.get("message") else ""
    return f"{int(done * 100):3d}%|{'#' * int(done * WIDTH):<{WIDTH}}| {counted}{said}"
