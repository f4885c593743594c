"""Whether a part of the stack does its work, asked without the libraries that would make a probe slow."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import psycopg

from mill.stack.ports import LOOPBACK

_TIMEOUT_S = 2.0


def gateway_is_ready(port: int, host: str = LOOPBACK) -> bool:
    """Tell whether the gateway says that it can serve."""
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_is_registered(database_url: str, pid: int) -> bool:
    """Tell whether a worker process of this machine is in the database and takes jobs."""
    query = "SELECT 1 FROM workers WHERE pid = %s AND host = %s AND NOT draining"
    try:
        with psycopg.connect(libpq_url(database_url), connect_timeout=5) as connection:
            return connection.execute(query, [pid, socket.gethostname()]).fetchone() is not None
    except psycopg.Error:
        return False


def libpq_url(url: str) -> str:
    """Give a database URL without the driver that SQLAlchemy's form may name."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{separator}{rest}"


def is_listening(url: str, default_port: int) -> bool:
    """Tell whether somebody accepts connections where a URL points, or one of several (``;``), as of Sentinels."""
    return any(_accepts(part, default_port) for part in url.split(";"))


def _accepts(url: str, default_port: int) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or LOOPBACK, parts.port or default_port), _TIMEOUT_S).close()
    except OSError:
        return False
    return True
