"""Group commit: who comes while a statement is under way goes with the next one, in one statement and one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

A = TypeVar("A")
T = TypeVar("T")

MOST_AT_ONCE = 100


class _Waiting(NamedTuple, Generic[A, T]):
    item: A
    outcome: asyncio.Future[T]


class Group(Generic[A, T]):
    """Writes in as few statements as arrival allows: one at a time, and some seconds apart where they follow closely.

    A lone one is not kept waiting. ``write`` gives an outcome for each item, in their order; what it raises is raised
    to all of them.
    """

    def __init__(self, write: Callable[[Sequence[A]], Awaitable[Sequence[T]]], apart_s: float = 0) -> None:
        self._write = write
        self._apart_s = apart_s
        self._waiting: list[_Waiting[A, T]] = []
        self._is_busy = False
        self._task: asyncio.Task[None] | None = None

    async def join(self, item: A) -> T:
        """Write the item and give what became of it."""
        if self._is_busy:
            waiting: _Waiting[A, T] = _Waiting(item, asyncio.get_running_loop().create_future())
            self._waiting.append(waiting)
            return await waiting.outcome
        self._is_busy = True
        try:
            return (await self._write([item]))[0]
        finally:
            self._go_on()

    def _go_on(self) -> None:
        if self._apart_s:
            asyncio.get_running_loop().call_later(self._apart_s, self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self._is_busy = bool(self._waiting)
        self._task = asyncio.create_task(self._write_waiting()) if self._waiting else None

    async def _write_waiting(self) -> None:
        group = [waiting for waiting in self._waiting[:MOST_AT_ONCE] if not waiting.outcome.done()]
        del self._waiting[:MOST_AT_ONCE]
        try:
            if group:
                _tell(group, await self._write([waiting.item for waiting in group]))
        except Exception as error:  # noqa: BLE001  # whoever waits is told, whatever it is
            for waiting in group:
                if not waiting.outcome.done():
                    waiting.outcome.set_exception(error)
        finally:
            self._go_on()


def _tell(group: Sequence[_Waiting[A, T]], outcomes: Sequence[T]) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if not waiting.outcome.done():
            waiting.outcome.set_result(outcome)
