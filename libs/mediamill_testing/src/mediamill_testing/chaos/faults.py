"""The faults, each one deed on a running site."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from mediamill import clock
from mediamill_testing.chaos.changes import MORE_FAULTS
from mediamill_testing.chaos.site import paused
from mediamill_testing.chaos.storm import Chaos
from mediamill_testing.chaos.vendor import MOMENTS

MOST_WORKERS = 6
AMBUSH_S = 4.0
BOUGHT: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("test.wait", {"seconds": 0.5, "cost": "0.03"}),
    ("test.buy", {"cost": "0.02"}),
)
HOLDER = "SELECT workers.pid FROM leases JOIN workers ON workers.id = leases.worker_id WHERE leases.job_id = %(job)s"
NEWEST_STEP = """
SELECT steps.job_id, steps.ordinal, workers.pid FROM steps
JOIN leases ON leases.job_id = steps.job_id JOIN workers ON workers.id = leases.worker_id
WHERE steps.finished_at > %(since)s ORDER BY steps.finished_at DESC LIMIT 1
"""


def kill_worker(chaos: Chaos) -> str:
    """Kill a worker, anywhere."""
    workers = chaos.fleet.of("worker")
    return chaos.kill(chaos.rng.choice(workers).pid) if workers else "there was none"


def kill_at_step(chaos: Chaos) -> str:
    """Kill a worker as soon as a step of its is written down."""
    chaos.workload.order("test.steps", {"n": 5, "seconds": 0.15})
    since, until = chaos.site.sql("SELECT clock_timestamp() AS at")[0]["at"], clock.monotonic() + AMBUSH_S
    while clock.monotonic() < until:
        if found := chaos.site.sql(NEWEST_STEP, since=since):
            return f"after step {found[0]['ordinal']}: {chaos.kill(found[0]['pid'])}"
        time.sleep(chaos.rng.uniform(0, 0.01))
    return "no step came"


def kill_in_effect(chaos: Chaos) -> str:
    """Kill a worker in the middle of a purchase."""
    moment, late_s = chaos.rng.choice(MOMENTS), chaos.rng.choice((0, 0, 0.001, 0.005, 0.02))
    told: list[str] = []

    def spring(key: str) -> None:
        time.sleep(late_s)
        holder = chaos.site.sql(HOLDER, job=key.partition(":")[0])
        told.append(chaos.kill(holder[0]["pid"]) if holder else "its buyer was gone")
        chaos.moments[moment] += bool(holder)

    chaos.site.vendor.trap.arm(moment, spring)
    chaos.workload.order(*chaos.rng.choice(BOUGHT))
    chaos.site.vendor.trap.sprung.wait(AMBUSH_S)
    chaos.site.vendor.trap.disarm()
    return f"{moment} and {late_s} s: {told[0] if told else 'nobody bought'}"


def flush_broker(chaos: Chaos) -> str:
    """Empty the broker."""
    return chaos.site.broker.empty()


def kill_broker(chaos: Chaos) -> str:
    """Kill the broker."""
    away_s = chaos.rng.uniform(0, 2)
    chaos.site.kill_broker(away_s=away_s)
    return f"away for {away_s:.1f} s"


def restart_broker(chaos: Chaos) -> str:
    """Restart the broker in good order."""
    away_s = chaos.rng.uniform(0, 2)
    chaos.site.restart_broker(away_s=away_s)
    return f"away for {away_s:.1f} s"


def pause_broker(chaos: Chaos) -> str:
    """Hold the broker still."""
    seconds = chaos.rng.uniform(0.5, 7)
    chaos.site.pause_broker(seconds)
    return f"for {seconds:.1f} s"


def restart_postgres(chaos: Chaos) -> str:
    """Restart the database in good order."""
    away_s = chaos.rng.uniform(0, 2)
    chaos.site.restart_postgres(away_s=away_s)
    return f"away for {away_s:.1f} s"


def kill_postgres(chaos: Chaos) -> str:
    """Kill the database."""
    away_s = chaos.rng.uniform(0, 2)
    chaos.site.kill_postgres(away_s=away_s)
    return f"away for {away_s:.1f} s"


def kill_backend(chaos: Chaos) -> str:
    """Kill one backend of the database, as the kernel does when memory is out: Postgres then cuts every session."""
    if chaos.site.kill_backend():
        return "every session was cut"
    return "there was none"


def scale_workers(chaos: Chaos) -> str:
    """Want another number of workers."""
    before = chaos.fleet.wanted["worker"]
    number = chaos.rng.choice([n for n in range(1, MOST_WORKERS + 1) if n != before])
    chaos.fleet.wanted["worker"] = number
    return f"from {before} to {number}"


def kill_conductor(chaos: Chaos) -> str:
    """Kill a conductor."""
    conductors = chaos.fleet.of("conductor")
    return f"conductor: {conductors and chaos.fleet.kill(chaos.rng.choice(conductors).pid)}"


def scale_conductors(chaos: Chaos) -> str:
    """Want one conductor more or less."""
    before = chaos.fleet.wanted["conductor"]
    chaos.fleet.wanted["conductor"] = 3 - before
    return f"from {before} to {3 - before}"


def pause_conductor(chaos: Chaos) -> str:
    """Hold a conductor still while another may work, and let it wake late."""
    conductors, seconds = chaos.fleet.of("conductor"), chaos.rng.uniform(0.5, 8)
    if not conductors:
        return "there was none"
    pid = chaos.rng.choice(conductors).pid

    def hold() -> None:
        with paused(pid):
            time.sleep(seconds)

    threading.Thread(target=hold, name="held conductor").start()
    return f"for {seconds:.1f} s"


FAULTS: dict[str, Callable[[Chaos], str]] = {
    **MORE_FAULTS,
    "kill_worker": kill_worker,
    "kill_at_step": kill_at_step,
    "kill_in_effect": kill_in_effect,
    "flush_broker": flush_broker,
    "kill_broker": kill_broker,
    "restart_broker": restart_broker,
    "pause_broker": pause_broker,
    "restart_postgres": restart_postgres,
    "kill_postgres": kill_postgres,
    "kill_backend": kill_backend,
    "scale_workers": scale_workers,
    "kill_conductor": kill_conductor,
    "scale_conductors": scale_conductors,
    "pause_conductor": pause_conductor,
    "duplicate_messages": lambda chaos: f"{chaos.forger.repeat(0)} messages",
    "stale_messages": lambda chaos: f"{chaos.forger.repeat(-1)} messages",
    "early_messages": lambda chaos: f"{chaos.forger.repeat(1)} messages",
    "forged_messages": lambda chaos: f"{chaos.forger.invent()} messages",
    "pickled_messages": lambda chaos: f"{chaos.forger.pickle()} messages",
    "nonsense_messages": lambda chaos: f"{chaos.forger.nonsense()} messages",
}
