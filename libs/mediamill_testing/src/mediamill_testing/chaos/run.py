"""One run: a site and a fleet, work and faults, calm, proof."""

from __future__ import annotations

import functools
import itertools
import logging
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mediamill import clock
from mediamill_testing.chaos.ambush import BOUNDARIES, Ambushes
from mediamill_testing.chaos.brokers import Broker, ValkeyBroker
from mediamill_testing.chaos.changes import RELEASES, kill_at
from mediamill_testing.chaos.client import Client
from mediamill_testing.chaos.faults import FAULTS
from mediamill_testing.chaos.fleet import Fleet
from mediamill_testing.chaos.proof import FINAL, orphans
from mediamill_testing.chaos.report import Report, Told, judged
from mediamill_testing.chaos.site import Site
from mediamill_testing.chaos.storm import Chaos
from mediamill_testing.chaos.watch import Watch
from mediamill_testing.chaos.workload import KINDS, PAID, Workload

log = logging.getLogger(__name__)

UNFINISHED = "SELECT count(*) AS n FROM jobs WHERE NOT state = ANY(%(final)s)"
UNSETTLED = """
SELECT (SELECT count(*) FROM reservations) + (SELECT count(*) FROM holds)
    + (SELECT count(*) FROM predictions WHERE next_at IS NOT NULL) AS n
"""
READY = "SELECT count(*) AS n FROM workers WHERE NOT draining"
STARTS_IN_S = 60.0
SETTLES_IN_S = 30.0
MOST_OPEN = 60
MOST_TRIES = 10
LEAST_ROUNDS = 2
ORDER_EVERY_S = 0.8
KILLS = (
    "kill_worker",
    "kill_worker",
    "kill_in_effect",
    "kill_in_effect",
    "kill_conductor",
    "kill_broker",
    "flush_broker",
)
ON_THE_WIRE = (
    "kill_worker",
    "kill_conductor",
    "kill_broker",
    "flush_broker",
    "pause_broker",
    "duplicate_messages",
    "stale_messages",
    "early_messages",
    "forged_messages",
    "pickled_messages",
    "nonsense_messages",
)
SHAKES_POSTGRES = ("restart_postgres", "kill_postgres", "kill_backend")


class Plan(NamedTuple):
    """How long and how hard."""

    faults: Iterator[str]
    pause_s: tuple[float, float]
    orders: int | None
    """How many jobs, or as many as can be done while the faults last."""
    is_full: bool
    """Whether every boundary must have been hit in the end."""
    calm_s: float
    """How long the fleet may take afterwards until everything has ended."""
    kinds: Mapping[str, int] = KINDS
    """What is ordered, and how often."""
    workers: int = 2
    """How many there are at first."""


def full(rng: random.Random, minutes: float) -> Plan:
    """Faults for so many minutes: each kind once in random order, then again, and on a busy machine at least twice."""

    def faults() -> Iterator[str]:
        until = clock.monotonic() + minutes * 60
        for turn in itertools.count():
            for name in rng.sample(sorted(FAULTS), len(FAULTS)):
                if turn >= LEAST_ROUNDS and clock.monotonic() > until:
                    return
                yield name

    return Plan(faults(), (0.3, 2), None, is_full=True, calm_s=150)


def short(rng: random.Random, orders: int = 60) -> Plan:
    """Each fault once, those of the database among the first, since a death after them is noticed late."""
    others = rng.sample(sorted(set(FAULTS) - set(SHAKES_POSTGRES)), len(FAULTS) - len(SHAKES_POSTGRES))
    for name in SHAKES_POSTGRES:
        others.insert(rng.randint(0, 4), name)
    return Plan(iter(others), (0.1, 0.5), orders, is_full=False, calm_s=120)


def purchases(rng: random.Random, orders: int = 500, kills: int = 200) -> Plan:
    """Only what costs money, while workers, conductors and the broker are killed at so many random instants."""
    faults = iter([rng.choice(KILLS) for _ in range(kills)])
    return Plan(faults, (0.05, 0.6), orders, is_full=False, calm_s=150, kinds=PAID, workers=5)


def at_the_broker(rng: random.Random, orders: int = 16) -> Plan:
    """Each fault once that befalls the broker, or whoever has just talked to it."""
    return Plan(iter(rng.sample(ON_THE_WIRE, len(ON_THE_WIRE))), (0.1, 0.5), orders, is_full=False, calm_s=90)


def run(
    folder: Path,
    seed: int,
    plan: Callable[[random.Random], Plan],
    make_broker: Callable[[Path], Broker] = ValkeyBroker,
) -> Report:
    """Run in a folder of its own, whose logs stay when a proof does not hold."""
    began, rng = clock.monotonic(), random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = Site(folder.absolute(), make_broker)
    try:
        workload, ambushes = Workload(site, random.Random(rng.random())), Ambushes(site.folder / "ambush")
        fleet = Fleet(site.folder, site.environment(), site.gateway_ports, ambushes.is_victim)
        chaos, watch = Chaos(site, fleet, workload, rng), Watch(site)
        client = Client(site, workload, random.Random(rng.random()))
        more: dict[str, list[str]] = {}
        try:
            _until(lambda: site.sql(READY)[0]["n"] >= fleet.wanted["worker"], STARTS_IN_S)
            chosen = plan(rng)
            fleet.wanted["worker"] = chosen.workers
            client.start()
            with _working(chaos, chosen):
                _shake(chaos, chosen)
                more["every_boundary"] = _complete(chaos) if chosen.is_full else []
            client.stop_posting()
            more["everything_ends"] = _calm(chaos, chosen.calm_s)
            more["nobody_deaf"] = _deaf(chaos)
            client.close()
            more["clients_content"] = client.found
        finally:
            fleet.close()
        watch.close()
        more["no_orphan"] = orphans(site.folder)
        return judged(seed, clock.monotonic() - began, Told(chaos, watch, client), more)
    finally:
        site.close()


def _shake(chaos: Chaos, plan: Plan) -> None:
    for name in plan.faults:
        chaos.do(name, FAULTS[name])
        log.info("fault", extra={"fault": name, "what": chaos.done[-1].what})
        time.sleep(chaos.rng.uniform(*plan.pause_s))


def _complete(chaos: Chaos) -> list[str]:
    """Hit the boundaries that chance left out. Gives those that nobody comes by."""
    for _ in range(MOST_TRIES):
        for boundary in BOUNDARIES:
            if not chaos.ambushes.hits()[boundary]:
                chaos.do("kill_at_boundaries", functools.partial(kill_at, boundary=boundary))
    return [f"nobody died {boundary}" for boundary in BOUNDARIES if not chaos.ambushes.hits()[boundary]]


@contextmanager
def _working(chaos: Chaos, plan: Plan) -> Iterator[None]:
    """Order jobs beside the block: all of a fixed number, or as many as the fleet can do until the block ends."""
    stopping, orders = threading.Event(), plan.orders

    def order() -> None:
        made = 0
        while (orders is None and not stopping.is_set()) or (orders is not None and made < orders):
            if chaos.site.sql(UNFINISHED, final=list(FINAL))[0]["n"] < MOST_OPEN:
                chaos.workload.some(4, plan.kinds)
                made += 4
            time.sleep(ORDER_EVERY_S)

    thread = threading.Thread(target=order, name="workload")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _calm(chaos: Chaos, patience_s: float) -> list[str]:
    """Deploy what has all code, let everything end. Gives what did not."""
    chaos.fleet.generations = RELEASES[1]
    for member in chaos.fleet.of("worker"):
        chaos.fleet.replace(member.pid)
    chaos.fleet.wanted.update(worker=max(2, chaos.fleet.wanted["worker"]))
    if _until(lambda: chaos.site.sql(UNFINISHED, final=list(FINAL))[0]["n"] == 0, patience_s):
        _until(lambda: chaos.site.sql(UNSETTLED)[0]["n"] == 0, SETTLES_IN_S)
        return []
    return [f"{chaos.site.sql(UNFINISHED, final=list(FINAL))[0]['n']} jobs did not end in {patience_s:.0f} s of calm"]


def _deaf(chaos: Chaos) -> list[str]:
    """Give work until every living worker has taken some. Gives those that take none."""
    silent: set[int] = set()

    def all_heard() -> bool:
        living = {member.pid for member in chaos.fleet.of("worker")}
        orders = [chaos.workload.order("test.steps", {"n": 1, "seconds": 0.3}) for _ in range(4 * len(living))]
        ids = [order.job_id for order in orders]
        query = "SELECT output -> 'pids' AS pids FROM jobs WHERE id = ANY(%(ids)s) AND state = 'succeeded'"
        _until(lambda: len(chaos.site.sql(query, ids=ids)) == len(ids), 30)
        heard.update(pid for row in chaos.site.sql(query, ids=ids) for pid in row["pids"])
        silent.clear()
        silent.update(living - heard)
        return not silent

    heard: set[int] = set()
    _until(all_heard, 45)
    return [f"worker {pid} takes nothing" for pid in sorted(silent)]


def _until(is_so: Callable[[], bool], patience_s: float) -> bool:
    until = clock.monotonic() + patience_s
    while not is_so():
        if clock.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
