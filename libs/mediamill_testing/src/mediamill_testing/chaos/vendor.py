"""The vendor of a run: it outlives every fault, keeps the bill and the marks, and can spring a trap in mid-sale."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from collections.abc import Callable

from mediamill.providers.hooks import effect_of
from mediamill_testing.vendor.server import VendorServer

MOMENTS = ("asked", "sold", "answered")
"""Where in a sale a trap may spring: before it is on the bill, before the buyer knows, and just after."""


class Trap:
    """Something that happens once, at the next sale that comes to a moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: tuple[str, Callable[[str], None]] | None = None
        self.sprung = threading.Event()

    def arm(self, moment: str, deed: Callable[[str], None]) -> None:
        """Wait for the next sale; ``deed`` is told its key."""
        with self._lock:
            self._armed = (moment, deed)
            self.sprung.clear()

    def disarm(self) -> None:
        """Wait no longer."""
        with self._lock:
            self._armed = None

    def reach(self, moment: str, key: str) -> None:
        """Come to a moment of a sale."""
        with self._lock:
            if self._armed is None or self._armed[0] != moment:
                return
            deed, self._armed = self._armed[1], None
        deed(key)
        self.sprung.set()


class ChaosVendor:
    """The vendor, served from the run's own process. Nobody is there to take its webhooks, so it sends none."""

    def __init__(self) -> None:
        self.trap = Trap()
        self._server = VendorServer(lambda moment, sale: self.trap.reach(moment, effect_of(sale.webhook) or ""))
        self._server.faults.drop_hooks = True
        self._server.start()
        self.bill, self.marks, self.url = self._server.bill, self._server.api.marks, self._server.url

    def close(self) -> None:
        """Close the shop."""
        self._server.close()

    def sales(self) -> Tally[str]:
        """Tell how often each key was billed."""
        return Tally(self.bill.keys())
