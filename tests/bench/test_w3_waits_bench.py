"""W3: a thousand jobs that wait ten seconds each at a provider, on one worker.

Ours has two slots and parks; those that hold a wait in an event loop get a thousand slots; prefork has its two
processes, so it runs a few waves and its time for all is computed from them.
"""

from __future__ import annotations

import threading
import time
from typing import Self

import httpx
import pytest

from rig.peer import Peer
from rig.rounds import QUICK, Figures, Yard, spent_ms

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

JOBS = 200 if QUICK else 1000
WAIT_S = 10.0
SLOTS = 2
WAVES = 1 if QUICK else 2


def test_a_thousand_waits_at_a_provider(yard: Yard) -> None:
    for peer in yard.peers:
        peer.work(SLOTS if peer.name == "mediamill" or not peer.holds_waits else JOBS)
        peer.warm_up()

    stateful = [peer for peer in yard.peers if peer.tells_ends]
    yard.measure("w3", wait_for_all, peers=stateful)


def wait_for_all(peer: Peer) -> Figures:
    jobs = JOBS if peer.holds_waits else SLOTS * WAVES
    sold = sales_at(peer.vendor_url)
    idle_mib, before, began = peer.programs.memory_mib("worker"), peer.programs.cpu_seconds(), time.monotonic()
    with Watched(peer) as watched:
        peer.post_many("wait", [{"seconds": WAIT_S}] * jobs)
        peer.drain(every_s=0.5)
    took = time.monotonic() - began

    assert sales_at(peer.vendor_url) - sold == jobs, f"{peer.name} has bought another number of predictions"
    assert took >= WAIT_S, f"{peer.name} has not waited for its predictions"
    all_done_s = took if peer.holds_waits else took / WAVES * JOBS / SLOTS
    memory = {"idle_mib": idle_mib, "peak_mib": watched.peak_mib}
    return {"jobs": jobs, "all_done_s": all_done_s, **memory, **spent_ms(peer, before, jobs)}


def sales_at(vendor_url: str) -> int:
    """Count what the vendor has sold so far."""
    return len(httpx.get(f"{vendor_url}/bill", timeout=60).raise_for_status().json()["keys"])


class Watched:
    """The most memory that a worker took within a block."""

    def __init__(self, peer: Peer) -> None:
        self._peer, self._over = peer, threading.Event()
        self.peak_mib = 0.0
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1):
            self.peak_mib = max(self.peak_mib, self._peer.programs.memory_mib("worker"))
