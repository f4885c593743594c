"""Requests that are held open until a job has ended: how many there may be at once in one gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from mediamill.errors import Unavailable


class TooManyWaits(Unavailable):
    """As many requests as this gateway allows wait for the end of a job already."""

    code = "too-many-waits"
    retry_after_s = 5.0


class Patience:
    """Counts who waits; who finds no seat is refused before anything is made."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting = 0

    def check(self) -> None:
        """Raise ``TooManyWaits`` when there is no seat."""
        if self.waiting >= self.most:
            raise TooManyWaits(f"{self.most} wait; nothing was accepted, try again shortly.")

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat for the length of the block. Raises ``TooManyWaits``."""
        self.check()
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1


async def _patience(request: Request) -> Patience:
    found: Patience = request.app.state.patience
    return found


PatienceOf = Annotated[Patience, Depends(_patience)]
