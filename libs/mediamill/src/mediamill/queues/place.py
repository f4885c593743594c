"""How many jobs go before one, told from the lines without taking the turns one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from mediamill.queues.fair import Turns


class Share(NamedTuple):
    """A tenant in one queue: its weight, and how many of its jobs may go."""

    weight: int
    jobs: int


class _Other(NamedTuple):
    first: int
    """Jobs that it may send at its first visit: what is left of the turn that is under way, or its weight."""
    weight: int
    jobs: int
    is_before: bool
    """Its visits come before ours in each round."""


class Rounds:
    """The rounds that ``next_batch`` makes from here on, seen by one tenant."""

    def __init__(self, tenant: UUID, shares: Mapping[UUID, Share], turns: Turns) -> None:
        """See the rounds of a queue by all that are in line there, ``tenant`` among them."""
        order = sorted(shares, key=str)
        at = next((index for index, owner in enumerate(order) if str(owner) >= turns.at), 0)
        begins = order[at:] + order[:at]
        mine = begins.index(tenant)
        self._weight = max(1, shares[tenant].weight)
        self._first = _first(tenant, self._weight, turns)
        self._others = [
            _Other(
                _first(owner, max(1, shares[owner].weight), turns),
                max(1, shares[owner].weight),
                shares[owner].jobs,
                is_before=index < mine,
            )
            for index, owner in enumerate(begins)
            if index != mine
        ]

    def place(self, ahead: int) -> int:
        """Tell how many jobs go before the one that has ``ahead`` jobs of its own tenant before it."""
        visit = 0 if ahead < self._first else 1 + (ahead - self._first) // self._weight
        return ahead + sum(_sent(other, visit + other.is_before) for other in self._others)


def _first(tenant: UUID, weight: int, turns: Turns) -> int:
    return turns.left if str(tenant) == turns.at and turns.left > 0 else weight


def _sent(other: _Other, visits: int) -> int:
    return 0 if visits == 0 else max(0, min(other.jobs, other.first + (visits - 1) * other.weight))
