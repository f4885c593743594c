"""Faults that change what a process is made of: its code, its clock, its disk; and deaths at a chosen line."""

from __future__ import annotations

import time
from collections.abc import Callable

from mediamill import clock
from mediamill_testing.chaos.ambush import BOUNDARIES
from mediamill_testing.chaos.storm import Chaos, Kill

RELEASES = ((1,), (1, 2), (2,))
"""The generations that a release holds: the old one, one that keeps the old beside the new, the new one alone."""
AMBUSH_S = 6.0
AMBUSHES = 3
STEPS_S = (-7200, -600, -60, 60, 600, 7200)
LEADS_TO: dict[str, tuple[str, dict[str, float]]] = {
    "claim": ("test.noop", {}),
    "intent": ("test.buy", {}),
    "ticket": ("test.wait", {"seconds": 0.3}),
    "result": ("test.buy", {}),
    "step": ("test.steps", {"n": 2, "seconds": 0.05}),
    "park": ("test.roll", {"seconds": 0.05}),
    "finish": ("test.noop", {}),
}
"""Which kind of job comes by what is written down."""


def kill_at_boundaries(chaos: Chaos) -> str:
    """Kill workers at the boundaries that were hit least, each between two lines."""
    hits = chaos.ambushes.hits()
    order = sorted(BOUNDARIES, key=lambda boundary: (hits[boundary], chaos.rng.random()))
    return "; ".join(f"{boundary}: {kill_at(chaos, boundary)}" for boundary in order[:AMBUSHES])


def kill_at(chaos: Chaos, boundary: str) -> str:
    """Lay one ambush, send jobs its way and see who falls."""
    before = chaos.ambushes.victims(boundary)
    chaos.ambushes.lay(boundary)
    until = clock.monotonic() + AMBUSH_S
    chaos.workload.order(*LEADS_TO[boundary.rsplit(maxsplit=1)[-1]])
    while chaos.ambushes.lies(boundary) and clock.monotonic() < until:
        time.sleep(0.02)
    chaos.ambushes.lift(boundary)
    fallen = chaos.ambushes.victims(boundary) - before
    for pid in fallen:
        chaos.kills.append(Kill(clock.now(), pid, chaos.held_by(pid)))
    return ", ".join(f"worker {pid}" for pid in fallen) or "nobody came by"


def roll_workers(chaos: Chaos) -> str:
    """Deploy another release of the workers, one after the other."""
    before = chaos.fleet.generations
    chaos.fleet.generations = chaos.rng.choice([release for release in RELEASES if release != before])
    for member in chaos.fleet.of("worker"):
        chaos.fleet.replace(member.pid)
        time.sleep(chaos.rng.uniform(0.1, 1))
    return f"from generations {before} to {chaos.fleet.generations}"


def step_clocks(chaos: Chaos) -> str:
    """Step the wall clocks of some processes, each by another amount."""
    members = [member for role in chaos.fleet.wanted for member in chaos.fleet.of(role)]
    chosen = chaos.rng.sample(members, (len(members) + 1) // 2)
    told = []
    for member in chosen:
        seconds = chaos.rng.choice(STEPS_S) + chaos.rng.uniform(-5, 5)
        member.clock.parent.mkdir(exist_ok=True)
        member.clock.write_text(f"{seconds:.3f}", "ascii")
        told.append(f"{member.role} {member.pid} {seconds:+.0f} s")
    return ", ".join(told)


def fill_store(chaos: Chaos) -> str:
    """Leave no room on the disk of the store for a while, and save something meanwhile."""
    seconds = chaos.rng.uniform(1, 4)
    for _ in range(3):
        chaos.workload.order("test.keep", {"text": f"full {chaos.rng.random()} ", "size": 300_000})
    chaos.site.disk.fill(seconds)
    return f"for {seconds:.1f} s" if chaos.site.disk.is_own else "there is no disk of its own here"


def kill_gateway(chaos: Chaos) -> str:
    """Kill a gateway."""
    gateways = chaos.fleet.of("gateway")
    return f"gateway: {gateways and chaos.fleet.kill(chaos.rng.choice(gateways).pid)}"


def restart_gateway(chaos: Chaos) -> str:
    """Restart a gateway in good order."""
    gateways = chaos.fleet.of("gateway")
    if not gateways:
        return "there was none"
    chaos.fleet.replace(chaos.rng.choice(gateways).pid)
    return "in good order"


MORE_FAULTS: dict[str, Callable[[Chaos], str]] = {
    "kill_at_boundaries": kill_at_boundaries,
    "roll_workers": roll_workers,
    "step_clocks": step_clocks,
    "fill_store": fill_store,
    "kill_gateway": kill_gateway,
    "restart_gateway": restart_gateway,
}
