"""How much work a queue has, in seconds of one slot, and how many slots would do it in time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mediamill.queues.manifest import Manifest
from mediamill.settings import ProviderLimit


class Waiting(NamedTuple):
    """Jobs of one kind that could run and do not."""

    kind: str
    provider: str | None
    jobs: int


class Unclaimed(NamedTuple):
    """The same of a queue, with how long the oldest that was published has not been claimed."""

    queue: str
    kind: str
    provider: str | None
    jobs: int
    unclaimed_s: float | None


class Signal(NamedTuple):
    """What a scaler wants to know of a queue."""

    backlog_seconds: float
    running: int
    """Jobs that hold a slot. Never 0 while one runs, so that nobody scales to nothing below it."""
    wanted_slots: int
    busy_workers: int = 0
    """Workers that hold at least one job: with fewer than these somebody's work is taken away."""


def signal(
    manifest: Manifest,
    waiting: Iterable[Waiting],
    running: int,
    typical_s: Mapping[str, float],
    limits: Mapping[str, ProviderLimit],
    *,
    busy_workers: int = 0,
    paused: bool = False,
) -> Signal:
    """Give the signal of a queue.

    A kind's usual run is told by history, else by its manifest. Jobs beyond what their provider allows to run are no
    work for more slots, and neither is anything while the queue is paused.
    """
    backlog_s = 0.0 if paused else sum(_seconds(manifest, one, typical_s, limits) for one in waiting)
    wanted = running + math.ceil(backlog_s / manifest.scale.target_backlog_s)
    return Signal(round(backlog_s, 3), running, wanted, busy_workers)


def _seconds(
    manifest: Manifest, waiting: Waiting, typical_s: Mapping[str, float], limits: Mapping[str, ProviderLimit]
) -> float:
    kind = manifest.kinds.get(waiting.kind)
    each_s = typical_s.get(waiting.kind) or (kind.expected_s if kind is not None else 1.0)
    limit = limits.get(waiting.provider or "")
    most = limit.running if limit is not None and limit.running is not None else waiting.jobs
    return min(waiting.jobs, most) * each_s
