"""How many messages may be on their way to one receiver."""

from __future__ import annotations

from collections import Counter

SLOTS = 4
OVERALL = 64


class Lanes:
    """Counts what is on its way. A lane whose last try failed gets one slot, until one succeeds."""

    def __init__(self, slots: int = SLOTS, overall: int = OVERALL) -> None:
        self.slots = slots
        self._overall = overall
        self._sending: Counter[str] = Counter()
        self._failing: set[str] = set()

    @property
    def free(self) -> int:
        """The slots that are left for all."""
        return self._overall - self._sending.total()

    def rooms(self) -> dict[str, int]:
        """Give the free slots of every lane that has not all of them."""
        return {lane: self._room(lane) for lane in self._sending.keys() | self._failing}

    def begin(self, lane: str) -> None:
        """Take a slot."""
        self._sending[lane] += 1

    def end(self, lane: str, *, arrived: bool) -> None:
        """Give it back."""
        self._sending[lane] -= 1
        if not self._sending[lane]:
            del self._sending[lane]
        if arrived:
            self._failing.discard(lane)
        else:
            self._failing.add(lane)

    def _room(self, lane: str) -> int:
        return max(0, (1 if lane in self._failing else self.slots) - self._sending[lane])
