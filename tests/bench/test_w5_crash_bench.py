"""W5: what a killed worker and an emptied broker take with them."""

from __future__ import annotations

import time
from collections import Counter
from uuid import uuid4

import pytest

from mediamill_testing.stacks import until
from rig.peer import Peer
from rig.rounds import QUICK, ROUNDS, Figures, Yard

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

JOBS, SECONDS, SLOTS = 200, 0.2, 4
KILL_AFTER = 60
PATIENCE_S = 30 if QUICK else 45
"""How long nothing may happen before we look away; what is not done then is told so, though it may come much later."""


def test_a_worker_is_killed_amid_its_work(yard: Yard) -> None:
    yard.work(SLOTS)

    yard.measure("w5 kill", survive_a_kill, rounds=min(ROUNDS, 2))

    found = yard.report.medians()["w5 kill"]["mediamill"]
    assert (found["not_done"], found["ended_twice"]) == (0, 0)


def test_the_broker_is_emptied(yard: Yard) -> None:
    yard.work(SLOTS)
    with_broker = [peer for peer in yard.peers if peer.needs_broker]

    yard.measure("w5 flush", survive_a_flush, rounds=min(ROUNDS, 2), peers=with_broker)

    assert yard.report.medians()["w5 flush"]["mediamill"]["lost"] == 0


def survive_a_kill(peer: Peer) -> Figures:
    peer.forget()
    mark = order(peer, SECONDS)
    until(lambda: len(tags(peer, mark, "end")) >= KILL_AFTER, 120, 0.02)
    peer.kill_worker()
    killed = time.monotonic()
    peer.start_worker(SLOTS)
    took = watch(peer, mark, killed)

    starts, ends = tags(peer, mark, "start"), tags(peer, mark, "end")
    twice = {"started_twice": sum(n > 1 for n in starts.values()), "ended_twice": sum(n > 1 for n in ends.values())}
    return {"not_done": JOBS - len(ends), **twice, **took}


def survive_a_flush(peer: Peer) -> Figures:
    peer.forget()
    peer.kill_worker()
    mark = order(peer, 0)
    peer.programs.broker("FLUSHALL")
    flushed = time.monotonic()
    peer.start_worker(SLOTS)
    took = watch(peer, mark, flushed)

    return {"lost": JOBS - len(tags(peer, mark, "end")), **took}


def order(peer: Peer, seconds: float) -> str:
    """Post the jobs and give the mark by which they are told from those of earlier rounds that come back late."""
    mark = uuid4().hex
    peer.post_many("stamp", [{"tag": f"{mark}-{number}", "seconds": seconds} for number in range(JOBS)])
    return mark


def tags(peer: Peer, mark: str, word: str) -> Counter[str]:
    return Counter(line.tag for line in peer.lines() if line.word == word and line.tag.startswith(mark))


def watch(peer: Peer, mark: str, since: float) -> Figures:
    """Wait until all is done and tell how long it took; say nothing of the time when patience ends first."""
    done, news_at = 0, time.monotonic()
    while done < JOBS:
        time.sleep(0.1)
        found, now = len(tags(peer, mark, "end")), time.monotonic()
        if found > done:
            done, news_at = found, now
        elif now > news_at + PATIENCE_S:
            peer.given_up = peer.left()
            return {}
    return {"all_done_s": time.monotonic() - since}
