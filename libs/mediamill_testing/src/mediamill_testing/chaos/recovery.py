"""How long it took until the job of a killed worker was handed back."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from mediamill_testing.chaos.storm import Chaos

AFTER = "SELECT type, data, at FROM events WHERE job_id = %(job)s AND at > %(at)s ORDER BY seq LIMIT 1"
ENDS = "SELECT at FROM events WHERE type = 'job.succeeded' ORDER BY at"
DISTURBING = {
    "restart_postgres": timedelta(seconds=8),
    "kill_postgres": timedelta(seconds=8),
    "kill_backend": timedelta(seconds=5),
    "kill_conductor": timedelta(seconds=5),
    "scale_conductors": timedelta(seconds=5),
    "pause_conductor": timedelta(seconds=9),
}
"""How long a fault keeps deaths from being noticed, by design: after a restart of the database every session is gone,
so that nobody is taken for dead before its next heartbeat; the rest are seconds in which there is nobody to notice."""


class Times(NamedTuple):
    """A number of recoveries in seconds."""

    number: int
    p50_s: float | None
    p99_s: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Sort and look."""
        ordered = sorted(seconds)
        if not ordered:
            return cls(0, None, None)
        at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
        return cls(len(ordered), round(at[0], 2), round(at[1], 2))


class Recoveries(NamedTuple):
    """All of them, and those that no other fault disturbed."""

    all: Times
    undisturbed: Times


def recoveries(chaos: Chaos) -> Recoveries:
    """Compare each kill with what was told of its jobs next."""
    every: list[float] = []
    undisturbed: list[float] = []
    for kill in chaos.kills:
        for job in kill.jobs:
            event = next(iter(chaos.site.sql(AFTER, job=job, at=kill.at)), None)
            if event is None or (event["data"] or {}).get("reason") != "worker_lost":
                continue
            took_s = (event["at"] - kill.at).total_seconds()
            every.append(took_s)
            if not _disturbed(chaos, kill.at, event["at"]):
                undisturbed.append(took_s)
    return Recoveries(Times.of(every), Times.of(undisturbed))


def goes_on(chaos: Chaos) -> dict[str, Times]:
    """Tell of each fault how long it took, from its end, until a job ended well."""
    ends = [row["at"] for row in chaos.site.sql(ENDS)]
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for done in chaos.done:
        at = bisect_left(ends, done.until)
        if at < len(ends):
            seconds[done.name].append((ends[at] - done.until).total_seconds())
    return {name: Times.of(found) for name, found in sorted(seconds.items())}


def _disturbed(chaos: Chaos, since: datetime, until: datetime) -> bool:
    return any(
        done.at <= until and done.at + DISTURBING[done.name] >= since for done in chaos.done if done.name in DISTURBING
    )
