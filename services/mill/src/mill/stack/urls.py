"""Where the parts of a stack are: of the one that runs here, or those that the environment names."""

from __future__ import annotations

import os
from typing import NamedTuple

from mill.stack.layout import Layout
from mill.stack.state import live_state


class Urls(NamedTuple):
    """Where the parts are; empty for one that is nowhere."""

    database: str
    broker: str
    gateway: str


def urls(layout: Layout) -> Urls:
    """Give where the parts of the running stack are, or those of the environment."""
    state = live_state(layout)
    up = state.up if state else None
    return Urls(
        database=up.database_url if up else os.environ.get("MEDIAMILL_DATABASE_URL", ""),
        broker=up.broker_url if up else os.environ.get("MEDIAMILL_BROKER_URL", ""),
        gateway=up.url if up else os.environ.get("MEDIAMILL_URL", ""),
    )
