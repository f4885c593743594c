"""``python -m conductor``: run every loop in one process, until SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator

from conductor.calendar.tick import Calendar
from conductor.courier.tick import Courier
from conductor.dispatch.tick import Dispatcher
from conductor.loops import Loop
from conductor.meter.pages import pages
from conductor.meter.tick import METER_S, Meter
from conductor.money.tick import MONEY_S, Treasurer
from conductor.pods.tick import PODS_S, pod_costs
from conductor.sweep.tick import Sweeper
from conductor.watch.tick import Watcher
from mediamill.assets.store import store
from mediamill.db.session import Database, database
from mediamill.hints import DISPATCH, SLOT, Waiter, hint_url
from mediamill.queues.metering import begin_metering
from mediamill.queues.registry import registry
from mediamill.settings import Settings, settings
from mediamill.telemetry.logs import configure_logs
from mediamill.telemetry.metrics import Component
from mediamill.telemetry.traces import close_traces, configure_traces
from mediamill.wire.publish import publisher
from mediamill_vendors import shelf

CALENDAR_S = 30.0
UNHINTED_S = 0.1
CONDUCTOR_PORT = 8081
STOP_GRACE_S = 5.0


def waited(stopping: threading.Event) -> Callable[[float], None]:
    """Give a wait that the end of the process cuts short."""

    def wait(seconds: float) -> None:
        stopping.wait(seconds)

    return wait


def told_to_stop() -> threading.Event:
    """Give what is set when the process is told to end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def loops_by_choice(db: Database, meter: Meter, config: Settings, stopping: threading.Event) -> Iterator[Loop]:
    """Give the loops that the settings, or where this process runs, decide on."""
    if config.metrics:
        yield Loop("meter", meter.tick, meter.wait, METER_S)
    for costs in pod_costs(db, config):
        yield Loop("pods", costs.tick, waited(stopping), PODS_S)


def dispatch_every(config: Settings) -> float:
    """Give the seconds between two looks at what is in line: where nothing hints, they alone tell of new jobs."""
    return config.poll_s if hint_url(config) else min(config.poll_s, UNHINTED_S)


def main() -> int:
    """Run until told to stop."""
    configure_logs("conductor")
    config, db = settings(), database()
    configure_traces("conductor", config)
    wire = publisher(config)
    calendar = Calendar(db, registry(), store(), config)
    db.run(lambda _: calendar.prepare())
    stopping = told_to_stop()
    courier = Courier(db, config)
    dispatcher = Dispatcher(db, registry(), wire, config)
    hints = Waiter(hint_url(config), lambda topic: topic == DISPATCH or (topic == SLOT and dispatcher.is_short))
    watchers = {name: Watcher(db, name, shelf.vendor, config) for name in shelf.NAMES}
    sweeper = Sweeper(db, wire, config)
    meter = Meter(db, registry(), config, begin_metering(Component.CONDUCTOR, registry()))
    db.run(lambda _: meter.prepare())
    loops = [
        Loop("dispatch", dispatcher.tick, hints.wait, dispatch_every(config), dispatcher.rest),
        Loop("sweep", sweeper.tick, sweeper.wait, config.sweep_s),
        Loop("calendar", calendar.tick, waited(stopping), CALENDAR_S),
        Loop("money", Treasurer(db).tick, waited(stopping), MONEY_S),
        Loop("courier", courier.tick, courier.wait, config.poll_s),
        *loops_by_choice(db, meter, config, stopping),
        *[Loop(f"watch {name}", watch.tick, watch.wait, config.poll_s) for name, watch in watchers.items()],
    ]
    for loop in loops:
        loop.start()
    served = pages(meter, loops, registry())
    served.serve(config.metrics_host, CONDUCTOR_PORT if config.metrics_port is None else config.metrics_port)
    stopping.wait()
    for loop in loops:
        loop.stop()
    courier.ring()
    meter.ring()
    for watch in watchers.values():
        watch.ring()
    for loop in (*loops[:2], *loops[3:]):
        loop.join(STOP_GRACE_S)
    courier.close(STOP_GRACE_S)
    close_traces()
    return 0


if __name__ == "__main__":
    sys.exit(main())
