"""W2: how long a job takes on an idle system, until its code starts and until its client knows of its end."""

from __future__ import annotations

import statistics
import time

import pytest

from mediamill_testing.stacks import until
from rig.peer import Peer
from rig.rounds import QUICK, Figures, Yard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

JOBS = 20 if QUICK else 50
FEW = 5 if QUICK else 10
"""For those whose clients learn in seconds; of so few, p99 is the longest."""
SLOW = {"diy", "dbos"}


def test_the_time_to_the_start_and_to_the_knowledge(yard: Yard) -> None:
    yard.work()

    yard.measure("w2", one_at_a_time)


def one_at_a_time(peer: Peer) -> Figures:
    peer.forget()
    began, known = [], []
    for number in range(FEW if peer.name in SLOW else JOBS):
        began.append(time.time())
        job = peer.post("stamp", {"tag": str(number), "seconds": 0})
        peer.learn(job)
        known.append(time.time())
    until(lambda: len(peer.lines()) == 2 * len(began))

    starts = {int(line.tag): line.at for line in peer.lines() if line.word == "start"}
    waits = [starts[number] - at for number, at in enumerate(began)]
    knows = [end - at for end, at in zip(known, began, strict=True)]
    return {"jobs": len(began), **shares("start", waits), **shares("knows", knows)}


def shares(name: str, seconds: list[float]) -> Figures:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {f"{name}_p{share}_ms": cuts[share - 1] * 1000 for share in (50, 95, 99)}
