"""Whether a server has hung up on a connection that lies idle, which costs a system call to know."""

from __future__ import annotations

import select

from psycopg import BaseConnection


def has_hung_up(connection: BaseConnection[object]) -> bool:
    """Tell whether the database has.

    A server that is alive says nothing unasked, but for rare notices; taking one of those for the end is harmless.
    """
    return connection.closed or says_something(connection.fileno())


def says_something(idle: int) -> bool:
    """Tell whether something is to be read from the file of an idle connection: a goodbye, or its end."""
    look = select.poll()
    look.register(idle, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(look.poll(0))
