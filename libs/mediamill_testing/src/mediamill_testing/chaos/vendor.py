"""The vendor of a run: it outlives every fault, keeps the bill and the marks, and can spring a trap in mid-sale."""

from __future__ import annotations

import json
import threading
from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime
from http.server import ThreadingHTTPServer
from typing import Any, NamedTuple
from uuid import UUID

from mediamill import clock
from mediamill_testing.vendor.server import Bill, Counter

MOMENTS = ("asked", "sold", "answered")
"""Where in a sale a trap may spring: before it is on the bill, before the buyer knows, and just after."""


class Mark(NamedTuple):
    """What a step left in the world."""

    job_id: UUID
    ordinal: int
    at: datetime


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


class ChaosCounter(Counter):
    """Sells as the vendor does, and takes marks."""

    trap: Trap
    marks: list[Mark]
    buyer = ""

    def do_POST(self) -> None:  # noqa: N802  # the name that http.server calls
        """Sell, or take a mark."""
        if self.path == "/marks":
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.marks.append(Mark(UUID(body["job_id"]), int(body["ordinal"]), clock.now()))
            self._answer(201, {"id": "mark"})
            return
        super().do_POST()
        self.trap.reach("answered", self.buyer)

    def _sell(self, key: str, seconds: float) -> str:
        self.buyer = key
        self.trap.reach("asked", key)
        prediction = super()._sell(key, seconds)
        self.trap.reach("sold", key)
        return prediction


class Shop(ThreadingHTTPServer):
    """Serves buyers that may be killed while they are asking."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a customer that dies at the counter is what a run is about."""


class ChaosVendor:
    """The vendor, served from the run's own process."""

    def __init__(self) -> None:
        self.bill, self.trap = Bill(), Trap()
        self.marks: list[Mark] = []
        facts = {"bill": self.bill, "trap": self.trap, "marks": self.marks}
        self._server = Shop(("127.0.0.1", 0), type("ChaosCounter", (ChaosCounter,), facts))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, name="vendor", daemon=True).start()

    def close(self) -> None:
        """Close the shop."""
        self._server.shutdown()
        self._server.server_close()

    def sales(self) -> Tally[str]:
        """Tell how often each key was billed."""
        return Tally(self.bill.keys())
