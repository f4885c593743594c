"""Waking the supervisor: by a signal to stop, by a child that ended, or by the time."""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType, TracebackType
from typing import Self

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Alarm:
    """Turns signals into a flag and a wake-up that is never missed (signals are written to a socket)."""

    def __init__(self) -> None:
        self.rung = False
        self._reader, self._writer = socket.socketpair()

    def __enter__(self) -> Self:
        for side in (self._reader, self._writer):
            side.settimeout(0)  # a full or an empty socket must not hold anybody up
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in _STOPPING:
            signal.signal(number, self._ring)
        signal.signal(signal.SIGCHLD, _wake_only)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(-1)
        self._reader.close()
        self._writer.close()

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes or the time is up."""
        ready, _, _ = select.select([self._reader], [], [], seconds)
        if ready:
            self._reader.recv(4096)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        self.rung = True


def _wake_only(number: int, frame: FrameType | None) -> None:
    """A handler must be there for the wake-up to be written."""
