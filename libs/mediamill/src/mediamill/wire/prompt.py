"""Connections that come back at once: a broker is away for moments, and somebody waits for what is in line."""

from __future__ import annotations

from typing import Any

from kombu.connection import Connection

FIRST_S, MORE_S, MOST_S = 0.2, 0.2, 1.0
"""How long a worker waits between tries to reach its broker, in seconds; Celery's own goes from two to thirty."""


class PromptConnection(Connection):
    """A connection whose tries lie a second apart at most."""

    def _ensure_connection(self, *args: Any, **options: Any) -> Any:
        pauses = {"interval_start": FIRST_S, "interval_step": MORE_S, "interval_max": MOST_S}
        return super()._ensure_connection(*args, **{**pauses, **options})  # type: ignore[no-untyped-call]  # kombu has no types
