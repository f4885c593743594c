"""Pods that work off recorded arrivals, a conductor that notes who is busy, and a controller that takes pods away."""

from __future__ import annotations

import csv
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from conductor.pods.cost import cost
from conductor.pods.tick import PODS_S
from simulated.autoscaler import Autoscaler

METER_S = 5
STARTS_S = 20
"""How long a pod takes from its making to its first job: placed, image at hand, Python, handlers."""


@dataclass
class Job:
    """One job: when it comes, how long it runs."""

    at_s: int
    run_s: int
    left_s: int = 0
    began_s: int | None = None
    handed_back: int = 0


@dataclass
class Pod:
    """One worker."""

    number: int
    ready_s: int
    slots: int
    jobs: list[Job] = field(default_factory=list)
    noted: int = 0
    leaves_s: int | None = None


class Taken(NamedTuple):
    """A pod that was taken away."""

    at_s: int
    busy: bool
    others_idle: bool


@dataclass
class Story:
    """What happened."""

    pods: list[int] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    done: list[Job] = field(default_factory=list)

    def turns(self) -> int:
        """Tell how often a shrinking number grew again."""
        steps = [now - before for before, now in pairwise(self.pods) if now != before]
        return sum(before < 0 < now for before, now in pairwise(steps))


def recorded(path: Path) -> list[Job]:
    """Read arrivals: when each came and how long it ran, in seconds."""
    with path.open(encoding="utf-8") as lines:
        return [Job(int(row["at_s"]), int(row["run_s"])) for row in csv.DictReader(lines)]


class Cluster:
    """Plays a queue's arrivals second by second."""

    def __init__(self, autoscaler: Autoscaler, slots: int, grace_s: int, *, notes: bool = True) -> None:
        self._autoscaler = autoscaler
        self._slots = slots
        self._grace_s = grace_s
        self._notes = notes
        self._pods: list[Pod] = []
        self._leaving: list[Pod] = []
        self._line: list[Job] = []
        self._values: Mapping[str, float] = {"backlog": 0, "running": 0, "busy": 0}
        self._made = 0
        self._chance = random.Random(7)  # whose free slot takes a message is the broker's whim

    def play(self, arrivals: Sequence[Job], until_s: int) -> Story:
        """Play until the given second."""
        story, typical_s = Story(), statistics.median(job.run_s for job in arrivals)
        for now_s in range(until_s):
            self._line += [job for job in arrivals if job.at_s == now_s]
            self._work(now_s, story)
            self._assign(now_s)
            if now_s % METER_S == 0:
                running = sum(len(pod.jobs) for pod in (*self._pods, *self._leaving))
                busy = sum(bool(pod.jobs) for pod in self._pods)
                self._values = {"backlog": len(self._line) * typical_s, "running": running, "busy": busy}
            if self._notes and now_s % int(PODS_S) == 0:
                for pod in self._pods:
                    pod.noted = cost(now_s - job.began_s for job in pod.jobs if job.began_s is not None)
            if self._autoscaler.looks_at(now_s, len(self._pods)):
                self._resize(now_s, self._autoscaler.decide(now_s, len(self._pods), self._values), story)
            story.pods.append(len(self._pods))
        return story

    def _work(self, now_s: int, story: Story) -> None:
        for pod in (*self._pods, *self._leaving):
            for job in pod.jobs:
                job.left_s -= 1
            story.done += [job for job in pod.jobs if job.left_s <= 0]
            pod.jobs = [job for job in pod.jobs if job.left_s > 0]
        for pod in self._leaving:
            if pod.leaves_s is not None and now_s >= pod.leaves_s:
                for job in pod.jobs:
                    job.handed_back += 1
                self._line = [*pod.jobs, *self._line]
                pod.jobs = []
        self._leaving = [pod for pod in self._leaving if pod.jobs]

    def _assign(self, now_s: int) -> None:
        while self._line:
            free = [pod for pod in self._pods if pod.ready_s <= now_s and len(pod.jobs) < pod.slots]
            if not free:
                return
            job = self._line.pop(0)
            job.began_s, job.left_s = now_s, job.run_s
            self._chance.choice(free).jobs.append(job)

    def _resize(self, now_s: int, wanted: int, story: Story) -> None:
        while len(self._pods) < wanted:
            self._made += 1
            self._pods.append(Pod(self._made, now_s + STARTS_S, self._slots))
        while len(self._pods) > wanted:
            # As a ReplicaSet ranks them: not ready yet, then the lowest cost, then the youngest.
            victim = min(self._pods, key=lambda pod: (pod.ready_s <= now_s, pod.noted, -pod.number))
            self._pods.remove(victim)
            story.taken.append(Taken(now_s, bool(victim.jobs), any(not pod.jobs for pod in self._pods)))
            victim.leaves_s = now_s + self._grace_s
            self._leaving.append(victim)
