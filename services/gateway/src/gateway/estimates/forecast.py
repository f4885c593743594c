"""When a job will be done: an interval that holds for eight of ten jobs, from run times and the place in line. Pure.

The wait ends when enough of the jobs ahead have ended, over the slots that serve the queue; the run takes what its
kind took lately. Short waits are drawn, long ones are summed: there a sum is close to normal. History is a sample, so
the doubt about its mean widens a long wait too.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from statistics import fmean, pvariance, quantiles
from typing import NamedTuple

FEWEST_RUNS = 10
"""With less history there is no interval that eight of ten jobs would keep to."""

_DRAWS = 200
_MOST_DRAWN = 24
_MOST_SERVERS = 24
_TENTHS = 10


class Load(NamedTuple):
    """What is between a job and its start."""

    position: int
    """Jobs that go before it."""
    slots: int
    busy: int


class Span(NamedTuple):
    """Seconds from now: the middle, and between what the end is in eight of ten cases."""

    middle: float
    low: float
    high: float


def completions_needed(load: Load) -> int:
    """Tell how many runs must end before the job begins."""
    return max(0, load.position + 1 - max(0, load.slots - load.busy))


def forecast(own: Sequence[float], ahead: Sequence[float], load: Load) -> Span:
    """Tell when a job ends whose kind took ``own`` lately, behind jobs that took ``ahead``, in seconds from now.

    Both hold ``FEWEST_RUNS`` or more; ``load.slots`` is not 0. The same question has the same answer.
    """
    needed = completions_needed(load)
    if needed == 0:
        return _span(own)
    random = Random(needed)
    waits = _summed(ahead, load, needed, random) if needed > _MOST_DRAWN else _drawn(ahead, load, needed, random)
    return _span([wait + run for wait, run in zip(waits, random.choices(own, k=_DRAWS), strict=True)])


def _span(seconds: Sequence[float]) -> Span:
    tenths = quantiles(seconds, n=_TENTHS)
    return Span(tenths[4], max(0.0, tenths[0]), tenths[8])


def _summed(ahead: Sequence[float], load: Load, needed: int, random: Random) -> list[float]:
    mean, variance = fmean(ahead), pvariance(ahead)
    each = needed / load.slots
    spread = (variance * needed / load.slots**2 + variance * each**2 / len(ahead)) ** 0.5
    return [max(0.0, random.gauss(mean * each, spread)) for _ in range(_DRAWS)]


def _drawn(ahead: Sequence[float], load: Load, needed: int, random: Random) -> list[float]:
    """Run a few jobs over a few servers; many servers are taken for a few that are as much faster."""
    servers = min(load.slots, _MOST_SERVERS)
    faster = servers / load.slots
    doubt = pvariance(ahead) ** 0.5 / (fmean(ahead) or 1.0) / len(ahead) ** 0.5
    weights = list(accumulate(ahead)) if any(ahead) else None
    return [
        faster * max(0.0, random.gauss(1, doubt)) * _one_wait(ahead, weights, servers, needed, random)
        for _ in range(_DRAWS)
    ]


def _one_wait(
    ahead: Sequence[float], weights: Sequence[float] | None, servers: int, needed: int, random: Random
) -> float:
    """Give the time until ``needed`` runs have ended, each server being somewhere within a run.

    Looking in at any time, one finds a long run more often than a short one, hence the weights, which are summed up.
    """
    ends = [run * random.random() for run in random.choices(ahead, cum_weights=weights, k=servers)]
    heapq.heapify(ends)
    for run in random.choices(ahead, k=needed - 1):
        heapq.heapreplace(ends, ends[0] + run)
    return ends[0]
