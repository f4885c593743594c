"""How many short jobs a slot is given at once, as measured by how fast it gets through them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

AHEAD_S = 0.05
"""A slot is given what it does in this time: enough to pay for a message and a turn only once, too little for anybody
who comes later to notice."""
MOST = 16
MEMORY_S = 0.25
"""Slot time after which what was measured before counts half."""


@dataclass
class _Measured:
    jobs: float = 0.0
    slot_s: float = 0.0
    outstanding: int = 0
    looked_at: float = 0.0


class Pace:
    """What the slots of each queue get done."""

    def __init__(self) -> None:
        self._of: defaultdict[str, _Measured] = defaultdict(_Measured)

    def look(self, queue: str, outstanding: int, slots: int, now: float) -> None:
        """Note how many deliveries of a queue are handed over and not done, and how many slots there are for them.

        ``now`` is in seconds of a clock that only goes forward.
        """
        known = self._of[queue]
        spent = (now - known.looked_at) * min(slots, known.outstanding)
        if spent > 0:
            fade = 0.5 ** (spent / MEMORY_S)
            known.jobs = known.jobs * fade + max(0, known.outstanding - outstanding)
            known.slot_s = known.slot_s * fade + spent
        known.outstanding, known.looked_at = outstanding, now

    def handed_over(self, queue: str, jobs: int) -> None:
        """Note what was added since the last look."""
        self._of[queue].outstanding += jobs

    def depth(self, queue: str) -> int:
        """Give how many deliveries of a queue one slot may hold, itself included; one until more is known."""
        known = self._of[queue]
        if known.slot_s <= 0:
            return 1
        return max(1, min(MOST, int(known.jobs / known.slot_s * AHEAD_S)))
