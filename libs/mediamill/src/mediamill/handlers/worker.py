"""``python -m mediamill.handlers.worker``: a worker of one, several or all queues."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from mediamill.assets.store import store
from mediamill.db.session import database
from mediamill.handlers.handler import served
from mediamill.handlers.hearing import Hearing
from mediamill.handlers.metering import pages_of
from mediamill.handlers.process import WorkerProcess
from mediamill.handlers.pulse import PulseWriter
from mediamill.handlers.registration import Registration
from mediamill.handlers.runner import Parts
from mediamill.processes import give_memory_back
from mediamill.provenance.identity import BadIdentity
from mediamill.provenance.signer import Signer, open_late
from mediamill.queues.registry import Queue, Registry, registry
from mediamill.settings import Settings, settings
from mediamill.telemetry.logs import configure_logs
from mediamill.telemetry.traces import close_traces, configure_traces
from mediamill.wire.celery import broker_answers, celery_app
from mediamill.wire.consume import consume
from mediamill.wire.message import broker_queue, cohort_queue

log = logging.getLogger(__name__)

SPARE_SLOTS = 2
"""Slots beyond the cores of a worker that serves every queue: flows and text hardly use any."""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="mediamill-worker", description=__doc__)
    parser.add_argument("--queues", default="all", help="'all', or queues separated by commas (default: all)")
    parser.add_argument("--slots", type=int, default=None, help="jobs at once (default: from queue.toml, or the cores)")
    parser.add_argument("--nice", type=int, default=0, help="give way to others on this machine, 0 to 19 (default: 0)")
    return parser.parse_args(argv)


def chosen_queues(text: str, found: Registry) -> list[str]:
    """Give the queues that were asked for. Raises ``NotFound`` for one that is not installed."""
    if text == "all":
        return list(found.queues)
    return [found.queue(name.strip()).name for name in text.split(",")]


def slots_for(queues: Sequence[str], found: Registry) -> int:
    """Give a worker of one queue its manifest's concurrency, and one of many the cores and a few more."""
    if len(queues) == 1:
        return found.queue(queues[0]).manifest.worker.concurrency
    return (os.cpu_count() or 1) + SPARE_SLOTS


def signer_for(queues: Sequence[Queue], config: Settings) -> Signer | None:
    """Open the signer of a worker whose kinds say how they make things. Raises ``BadIdentity``."""
    if not any(kind.manifest.making for queue in queues for kind in queue.kinds()):
        return None
    signer = open_late(config)
    if signer is None:
        log.warning("assets leave without content credentials: MEDIAMILL_SIGNING_KEY is not set")
    return signer


def main(argv: Sequence[str] | None = None) -> int:
    """Work until told to stop."""
    arguments = parse(argv)
    configure_logs("worker")
    os.nice(arguments.nice)
    configure_traces("worker", settings())
    found = registry()
    queues = chosen_queues(arguments.queues, found)
    try:
        signer = signer_for([found.queue(name) for name in queues], settings())
    except BadIdentity as error:
        log.critical("%s", error)
        return os.EX_CONFIG
    return work(queues, arguments.slots or slots_for(queues, found), Parts(database(), found, store(), signer))


def work(queues: list[str], slots: int, parts: Parts) -> int:
    """Serve queues until told to stop, and give the exit code."""
    config, found = settings(), parts.registry
    pulse = PulseWriter(config.heartbeat_s)
    for name in queues:
        found.queue(name).load_handlers()
    give_memory_back()
    url = config.database_url.get_secret_value()
    serves = served(found.queue(name) for name in queues)
    registration = Registration(parts.db, url, queues, slots, serves=serves, holds_session=config.liveness == "session")
    process = WorkerProcess(
        parts,
        registration,
        slots=slots,
        heartbeat_s=config.heartbeat_s,
        grace_s=config.drain_grace_s,
        hearing=Hearing(parts.db, queues, serves, lambda: broker_answers(celery_app())),
        pulse=pulse,
    )
    pool = found.queue(queues[0]).manifest.worker.pool if len(queues) == 1 else "threads"
    pages = pages_of(process, found, config)
    code = consume(
        celery_app(),
        [*map(broker_queue, queues), cohort_queue(registration.cohort)],
        pool=pool,
        threads=slots + config.prefetch,
        deliver=process.deliver,
        on_ready=process.start,
        on_stopping=process.drain,
    )
    process.stop()
    pages.close()
    close_traces()
    return process.exit_code(code)


if __name__ == "__main__":
    sys.exit(main())
