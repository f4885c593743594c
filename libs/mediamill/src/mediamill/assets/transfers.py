"""Counts what goes to and from the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mediamill.clock import monotonic
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import count, observe


@dataclass
class Transfer:
    """One asset on its way; who moves it says how large it is, once it is known."""

    bytes: int = 0


@contextmanager
def transferring(direction: str, size: int = 0) -> Iterator[Transfer]:
    """Count the transfer that the block makes: ``stored`` and ``opened`` by a run, ``uploaded`` by a client."""
    transfer, began, outcome = Transfer(size), monotonic(), "failed"
    try:
        yield transfer
        outcome = "ok"
        count(metrics.ASSET_BYTES, transfer.bytes, direction=direction)
    finally:
        observe(metrics.ASSET_TRANSFER, monotonic() - began, direction=direction, outcome=outcome)
