"""W1: what a job that does nothing costs, from its POST to its end."""

from __future__ import annotations

import time

import pytest

from rig.peer import Peer
from rig.rounds import QUICK, ROUNDS, Figures, Yard, spent_ms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

SINGLE = 150 if QUICK else 500
BATCHES, BATCH = (1, 1000) if QUICK else (2, 1000)
IDLE_S = 5.0


def test_noops_posted_one_by_one(yard: Yard) -> None:
    yard.work()

    yard.measure("w1 one by one", one_by_one, rounds=max(ROUNDS, 3))


def test_noops_posted_in_batches(yard: Yard) -> None:
    yard.work()

    yard.measure("w1 batch", in_batches)


def test_what_an_idle_system_costs(yard: Yard) -> None:
    yard.work()

    yard.measure("idle", idle)


def one_by_one(peer: Peer) -> Figures:
    before, began = peer.programs.cpu_seconds(), time.monotonic()
    for _ in range(SINGLE):
        peer.post("noop", {})
    posted = time.monotonic()
    peer.drain()
    took = time.monotonic() - began

    return {**spent_ms(peer, before, SINGLE), "jobs_per_s": SINGLE / took, "posts_per_s": SINGLE / (posted - began)}


def in_batches(peer: Peer) -> Figures:
    before, began = peer.programs.cpu_seconds(), time.monotonic()
    for _ in range(BATCHES):
        peer.post_many("noop", [{}] * BATCH)
    posted = time.monotonic()
    peer.drain()
    took = time.monotonic() - began

    jobs = BATCHES * BATCH
    return {**spent_ms(peer, before, jobs), "jobs_per_s": jobs / took, "batch_s": (posted - began) / BATCHES}


def idle(peer: Peer) -> Figures:
    before = peer.programs.cpu_seconds()
    time.sleep(IDLE_S)
    after = peer.programs.cpu_seconds()

    return {"cpu_percent": sum(after[name] - before[name] for name in after) / IDLE_S * 100}
