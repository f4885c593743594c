"""What a worker tells Prometheus: its slots, looked up when somebody asks, and what its runs count elsewhere."""

from __future__ import annotations

from mediamill.handlers.process import WorkerProcess
from mediamill.queues.metering import begin_metering
from mediamill.queues.registry import Registry
from mediamill.settings import Settings
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import CONTENT_TYPE, Meters
from mediamill.telemetry.metrics import Component
from mediamill.telemetry.pages import Page, Pages

WORKER_PORT = 9464


def pages_of(process: WorkerProcess, registry: Registry, config: Settings) -> Pages:
    """Serve a worker's metrics, unless they are off. A job's run costs nothing for it: nothing is counted there."""
    if not config.metrics:
        return Pages({})
    meters = begin_metering(Component.WORKER, registry)
    meters.on_scrape(lambda: _look(meters, process))
    pages = Pages({"/metrics": lambda _: Page(meters.page(), CONTENT_TYPE)})
    pages.serve(config.metrics_host, WORKER_PORT if config.metrics_port is None else config.metrics_port)
    return pages


def _look(meters: Meters, process: WorkerProcess) -> None:
    slots = process.slots
    meters.cell(metrics.WORKER_SLOTS, state="busy").put(slots.busy)
    meters.cell(metrics.WORKER_SLOTS, state="idle").put(0 if slots.is_draining else slots.idle)
    meters.cell(metrics.WORKER_SLOTS, state="draining").put(slots.idle if slots.is_draining else 0)
