"""The door of a chain that sleeps: it listens where the node is to be found, and wakes it for who comes first."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from mill.stack.errors import StackError
from mill.stack.ports import LOOPBACK

log = logging.getLogger(__name__)

CHUNK = 65_536
CONNECT_S = 5.0


class Door:
    """Takes connections for a node and hands them on. While nobody comes it costs a socket and a sleeping thread."""

    def __init__(self, port: int | None, wake: Callable[[], int]) -> None:
        """``wake`` gives the node's own port once it answers; it is called by one thread that lives as long as this."""
        self._wake = wake
        self._listener = socket.create_server((LOOPBACK, port or 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="chain's door", daemon=True)

    def open(self) -> None:
        """Begin to take connections."""
        self._thread.start()

    def close(self) -> None:
        """Take no more. Connections that were handed on end with the node."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            try:
                node = socket.create_connection((LOOPBACK, self._wake()), CONNECT_S)
            except (OSError, StackError) as error:
                log.error("nobody answers at the chain's door: %s", error)  # noqa: TRY400 - the sentence tells it all
                guest.close()
                continue
            node.settimeout(None)
            for source, sink in ((guest, node), (node, guest)):
                threading.Thread(target=_hand_on, args=(source, sink), daemon=True).start()


def _hand_on(source: socket.socket, sink: socket.socket) -> None:
    """Copy what comes until no more does, then let the other side know."""
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    for side in (source, sink):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)
        side.close()
