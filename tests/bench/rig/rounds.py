"""Measuring in turn: all systems in every round, the order reversed in every second one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rig.ours import Mediamill
from rig.peer import FrontedPeer, Peer
from rig.recipes import RECIPES
from rig.report import Report

QUICK = bool(os.environ.get("QUICK"))
ROUNDS = int(os.environ.get("ROUNDS") or (1 if QUICK else 5))

Figures = dict[str, float]


class Yard:
    """All systems, running side by side on servers of their own and idle but for the one that is measured."""

    def __init__(self, folder: Path, vendor_url: str, report: Report) -> None:
        self.report = report
        self.peers: list[Peer] = []
        try:
            self.peers.append(Mediamill(folder, vendor_url))
            for recipe in RECIPES:
                self.peers.append(FrontedPeer(recipe, folder, vendor_url))
        except BaseException:
            self.close()
            raise

    def measure(
        self, bench: str, measure: Callable[[Peer], Figures], *, rounds: int = ROUNDS, peers: Sequence[Peer] = ()
    ) -> None:
        """Take the figures of every system in every round and tell them."""
        for number in range(rounds):
            for peer in in_turn(peers or self.peers, number):
                self.report.tell(bench, peer.name, number, measure(peer))

    def work(self, slots: int | None = None) -> None:
        """See to it that every worker has this many slots, or as many as it does best with, and is warm."""
        for peer in self.peers:
            peer.work(slots or peer.usual_slots)
            peer.warm_up()

    def named(self, name: str) -> Peer:
        """Give a system."""
        return next(peer for peer in self.peers if peer.name == name)

    def close(self) -> None:
        """End all of them."""
        for peer in self.peers:
            peer.close()


def in_turn(peers: Sequence[Peer], number: int) -> Iterator[Peer]:
    """Give the order of a round."""
    return iter(peers) if number % 2 == 0 else reversed(peers)


def spent_ms(peer: Peer, before: dict[str, float], jobs: int) -> Figures:
    """Give the CPU milliseconds that each job has taken since, in all and by part."""
    after = peer.programs.cpu_seconds()
    parts = {name: (after[name] - before[name]) * 1000 / jobs for name in after}
    if not peer.needs_broker:
        parts.pop("valkey")
    return {"cpu_ms": sum(parts.values()), **parts}
