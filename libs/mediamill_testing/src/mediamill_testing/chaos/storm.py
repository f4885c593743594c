"""A storm: what the faults work on, and what they leave to tell."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from mediamill import clock
from mediamill_testing.chaos.ambush import Ambushes
from mediamill_testing.chaos.fleet import Fleet
from mediamill_testing.chaos.forgery import Forger
from mediamill_testing.chaos.site import Site
from mediamill_testing.chaos.workload import Workload

HELD = """
SELECT leases.job_id FROM leases JOIN workers ON workers.id = leases.worker_id
JOIN jobs ON jobs.id = leases.job_id AND jobs.delivery = leases.delivery AND jobs.state = 'running'
WHERE workers.pid = %(pid)s
"""


class Kill(NamedTuple):
    """A worker that was killed, and what it was doing."""

    at: datetime
    pid: int
    jobs: list[UUID]


class Done(NamedTuple):
    """A fault that happened, from when to when."""

    at: datetime
    until: datetime
    name: str
    what: str


class Chaos:
    """What the faults work on, and what they leave to tell."""

    def __init__(self, site: Site, fleet: Fleet, workload: Workload, rng: random.Random) -> None:
        self.site, self.fleet, self.workload, self.rng = site, fleet, workload, rng
        self.forger = Forger(site, rng)
        self.ambushes = Ambushes(site.folder / "ambush")
        self.moments: Counter[str] = Counter()
        self.kills: list[Kill] = []
        self.done: list[Done] = []

    def do(self, name: str, deed: Callable[[Chaos], str]) -> None:
        """Do a fault and write it down."""
        began = clock.now()
        try:
            what = deed(self)
        except OSError as error:
            what = f"the broker would not have it: {type(error).__name__}"
        self.done.append(Done(began, clock.now(), name, what))

    def held_by(self, pid: int) -> list[UUID]:
        """Give the jobs that a worker runs."""
        return [row["job_id"] for row in self.site.sql(HELD, pid=pid)]

    def kill(self, pid: int) -> str:
        """Kill a worker, knowing what it held."""
        jobs = self.held_by(pid)
        at = clock.now()
        if not self.fleet.kill(pid):
            return "it was gone already"
        self.kills.append(Kill(at, pid, jobs))
        return f"worker {pid} with {len(jobs)} jobs"
