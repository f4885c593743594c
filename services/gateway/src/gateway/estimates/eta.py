"""When a job will be done, as far as it can be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.estimates.forecast import FEWEST_RUNS, Load, completions_needed, forecast
from gateway.queues.history import Runs
from gateway.texts import Time
from mediamill.clock import iso
from mediamill.queues.registry import Kind, Registry


class Eta(BaseModel):
    """When a job is expected to have ended, if nobody comes who goes before it."""

    at: Time
    low: Time | None = Field(description="8 of 10 jobs end between low and high; null without enough history")
    high: Time | None
    basis: Literal["history", "manifest"] = Field(description="what the run times are taken from")


class Known:
    """What is known of run times: by history where there is enough, else by the manifests."""

    def __init__(self, runs: Mapping[str, Runs], registry: Registry) -> None:
        self._runs = runs
        self._registry = registry

    def own(self, kind: Kind) -> tuple[float, ...] | None:
        """Give the last run times of a kind, if they are enough to tell more than one number."""
        found = self._runs.get(kind.name)
        return found.all if found is not None and found.samples >= FEWEST_RUNS else None

    def ahead(self, mix: Mapping[str, int]) -> list[float] | None:
        """Give run times of jobs as they are mixed in line; ``None`` if a tenth of them or more is of unknown kinds."""
        enough = {k: n for k, n in mix.items() if k in self._runs and self._runs[k].samples >= FEWEST_RUNS}
        jobs = sum(enough.values())
        if jobs == 0 or jobs < 0.9 * sum(mix.values()):
            return None
        return [run for kind, share in enough.items() for run in _spread(self._runs[kind].all, share / jobs)]

    def mean_s(self, mix: Mapping[str, int]) -> float:
        """Give the usual run time of jobs so mixed."""
        return sum(self._usual_s(kind) * jobs for kind, jobs in mix.items()) / sum(mix.values())

    def _usual_s(self, kind: str) -> float:
        if kind in self._runs:
            return self._runs[kind].seconds
        known: Any = self._registry.kinds.get(kind)
        return 0.0 if known is None else float(known.manifest.expected_s)


def eta(now: datetime, kind: Kind, load: Load, mix: Mapping[str, int], known: Known) -> Eta | None:
    """Tell when a job of a kind ends that is at a place in line; ``None`` while no slot serves it."""
    if load.slots == 0:
        return None
    own, ahead = known.own(kind), known.ahead(mix)
    if own is None or (completions_needed(load) > 0 and ahead is None):
        wait_s = completions_needed(load) * known.mean_s(mix or {kind.name: 1}) / load.slots
        return Eta(at=_at(now, wait_s + known.mean_s({kind.name: 1})), low=None, high=None, basis="manifest")
    span = forecast(own, ahead or own, load)
    return Eta(at=_at(now, span.middle), low=_at(now, span.low), high=_at(now, span.high), basis="history")


def _spread(runs: tuple[float, ...], share: float) -> list[float]:
    """Take evenly from sorted run times as many as a share of 200 is, at least one."""
    wanted = max(1, round(200 * share))
    return [runs[(2 * n + 1) * len(runs) // (2 * wanted)] for n in range(wanted)]


def _at(now: datetime, seconds: float) -> str:
    return iso(now + timedelta(seconds=seconds)) or ""
