"""W4: how long a newcomer waits behind somebody's backlog, and how evenly equals are served."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from rig.peer import Peer
from rig.rounds import QUICK, ROUNDS, Figures, Yard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

BACKLOG = 1000 if QUICK else 2000
SECONDS = 0.005
TENANTS, EACH = 10, 100


def test_one_job_behind_somebody_elses_backlog(yard: Yard) -> None:
    yard.work()

    yard.measure("w4", behind_a_backlog, rounds=min(ROUNDS, 3))

    assert yard.report.medians()["w4"]["mediamill"]["before_b"] < BACKLOG / 10


def test_ten_equal_tenants(yard: Yard) -> None:
    yard.work()

    yard.measure("w4 jain", evenness, rounds=min(ROUNDS, 3))

    assert yard.report.medians()["w4 jain"]["mediamill"]["jain"] > 0.9


def behind_a_backlog(peer: Peer) -> Figures:
    peer.forget()
    for _ in range(BACKLOG // 1000):
        peer.post_many("stamp", [{"tag": "a", "seconds": SECONDS}] * 1000)
    posted_at = time.time()
    peer.post("stamp", {"tag": "b", "seconds": 0}, tenant=1)
    peer.drain()

    lines = [line for line in peer.lines() if line.word == "start"]
    started_at = next(line.at for line in lines if line.tag == "b")
    a_starts = [line.at for line in lines if line.tag == "a"]
    return {
        "waiting_when_b_came": sum(at > posted_at for at in a_starts),
        "before_b": sum(posted_at < at < started_at for at in a_starts),
        "b_waited_s": started_at - posted_at,
    }


def evenness(peer: Peer) -> Figures:
    """Tell how evenly the first half of the work was shared: 1 is perfect, 0.1 is all for one."""
    peer.forget()
    for tenant in range(TENANTS):
        peer.post_many("stamp", [{"tag": str(tenant), "seconds": SECONDS}] * EACH, tenant)
    posted_at = time.time()
    peer.drain()

    starts = [line.tag for line in peer.lines() if line.word == "start" and line.at > posted_at]
    counts = Counter(starts[: len(starts) // 2])
    shares = [counts[str(tenant)] for tenant in range(TENANTS)]
    return {"jain": sum(shares) ** 2 / (TENANTS * sum(share**2 for share in shares))}
