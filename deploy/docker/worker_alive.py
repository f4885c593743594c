"""The health check of a worker's container: 0 when a worker of this host has just told the database that it lives."""

from __future__ import annotations

import socket
import sys
from datetime import timedelta

from sqlalchemy import func, select

from mediamill.db.session import database
from mediamill.jobs.model import Worker
from mediamill.settings import settings

MISSED_BEATS = 3


def main() -> int:
    """Ask the database; a worker that hangs tells it nothing."""
    recently = func.now() - timedelta(seconds=MISSED_BEATS * settings().heartbeat_s)
    query = select(Worker.id).where(Worker.host == socket.gethostname(), Worker.seen_at > recently).limit(1)
    return 0 if database().run(lambda connection: connection.execute(query).first()) else 1


if __name__ == "__main__":
    sys.exit(main())
