"""Just enough of the Redis protocol to ask a server whether it answers."""

from __future__ import annotations

import socket

from mill.stack.ports import LOOPBACK


def ping(port: int, password: str) -> bool:
    """Tell whether a server answers to a password; one that is still loading its data does not."""
    asked = _command("AUTH", password) + _command("PING")
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5) as link:
            link.sendall(asked)
            with link.makefile("rb") as answers:
                return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
    except OSError:
        return False


def _command(*words: str) -> bytes:
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
