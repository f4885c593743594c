"""Deliveries that came in one message, for one slot to do in a row."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from mediamill import clock
from mediamill.wire.message import Received


class Parcel:
    """What is left of a message. Threads may share it: each delivery is given once."""

    def __init__(self, deliveries: Iterable[Received]) -> None:
        self._left = deque(deliveries)
        self._since = clock.monotonic()

    def next(self) -> Received | None:
        """Give the next delivery, whose turn begins now."""
        self._since = clock.monotonic()
        try:
            return self._left.popleft()
        except IndexError:
            return None

    def again(self, delivery: Received) -> None:
        """Put a delivery that was not begun before the others."""
        self._left.appendleft(delivery)

    def emptied(self) -> list[Received]:
        """Take out what is left, for somebody else to do."""
        taken = []
        while (delivery := self.next()) is not None:
            taken.append(delivery)
        return taken

    def is_held_up(self, seconds: float) -> bool:
        """Tell whether deliveries wait here behind one whose turn has lasted so long."""
        return bool(self._left) and clock.monotonic() - self._since > seconds
