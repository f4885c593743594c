"""What a conductor tells over HTTP: its metrics, its health, and the signal by which a queue is scaled."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from conductor.loops import Loop
from conductor.meter.tick import Meter
from mediamill.clock import monotonic
from mediamill.queues.registry import Registry
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import CONTENT_TYPE, Meters
from mediamill.telemetry.pages import Page, Pages

SCALING = "/v1/scaling/"
STUCK_S = 120.0
"""A loop whose turn takes so long hangs. One that fails, because the database is away, does not."""


def pages(meter: Meter, loops: Sequence[Loop], registry: Registry) -> Pages:
    """Give the pages of a conductor."""
    meters = meter.meters
    meters.on_scrape(lambda: _watch(meters, loops))
    return Pages(
        {
            "/metrics": lambda _: Page(meters.page(), CONTENT_TYPE),
            "/healthz": lambda _: health(loops),
            SCALING: lambda path: scaling(meter, registry, path.removeprefix(SCALING)),
        }
    )


def health(loops: Sequence[Loop], stuck_s: float = STUCK_S) -> Page:
    """Tell whether every loop goes on; 503 with the names of those that hang."""
    hang = sorted(loop.name for loop in loops if loop.busy_s() > stuck_s)
    if hang:
        return Page.of({"status": "stuck", "loops": hang}, HTTPStatus.SERVICE_UNAVAILABLE)
    return Page.of({"status": "healthy"})


def scaling(meter: Meter, registry: Registry, queue: str) -> Page | None:
    """Give a queue's signal; 503 when it is older than 30 s, since a number that is not known must not read as 0."""
    if queue not in registry.queues:
        return None
    found = meter.signal(queue)
    if found is None:
        return Page.of({"status": "stale", "limit_seconds": meter.stale_s}, HTTPStatus.SERVICE_UNAVAILABLE)
    return Page.of({"queue": queue, **found._asdict(), "age_seconds": round(meter.age_s, 1)})


def _watch(meters: Meters, loops: Sequence[Loop]) -> None:
    ages: dict[str, float] = {}
    turns: dict[str, tuple[int, int]] = {}
    for loop in loops:
        name = loop.name.split(" ", maxsplit=1)[0]  # those that watch vendors count together
        ages[name] = max(ages.get(name, 0), monotonic() - loop.turned_at)
        before = turns.get(name, (0, 0))
        turns[name] = (before[0] + loop.turns, before[1] + loop.failures)
    for name, age_s in ages.items():
        meters.cell(metrics.LOOP_AGE, loop=name).put(age_s)
        meters.cell(metrics.LOOP_TURNS, loop=name).put(turns[name][0])
        meters.cell(metrics.LOOP_FAILURES, loop=name).put(turns[name][1])
