"""Whether the server has hung up on a connection that lies idle, which costs a system call to know."""

from __future__ import annotations

import select

from psycopg import BaseConnection


def has_hung_up(connection: BaseConnection[object]) -> bool:
    """Tell whether something is to be read from an idle connection: a goodbye, or its end.

    A server that is alive says nothing unasked, but for rare notices; taking one of those for the end is harmless.
    """
    if connection.closed:
        return True
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(look.poll(0))
