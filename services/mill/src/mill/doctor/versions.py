"""Is everybody of one release: by how their sessions are called, and by what the stack's processes say."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import LiteralString

from mediamill.db.revision import head
from mediamill.db.rollout import RELEASED
from mill.doctor.finding import Finding, ok, warn
from mill.doctor.running import asked
from mill.stack.layout import Layout
from mill.stack.ports import LOOPBACK
from mill.stack.state import live_state

NAME = "versions"
PARTS = ("gateway", "conductor", "worker")
_SESSIONS: LiteralString = """
SELECT application_name, count(DISTINCT coalesce(client_addr::text, '') || '/' || coalesce(client_port, 0))::int
FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^mediamill( [0-9]{4})?$'
GROUP BY 1 ORDER BY 1
"""
_BUILD = re.compile(rb'mediamill_build_info\{[^}]*version="([^"]*)"')
_OLDER = "End the old processes when the new ones serve, then run 'mill migrate --post'."
_NEWER = "Install the release that runs, or you look at it with the eyes of an older one."


def versions(layout: Layout) -> Finding:
    """Are gateways, conductors and workers of this release."""
    rows = asked(layout, NAME, _SESSIONS)
    if isinstance(rows, Finding):
        return rows
    return judge(dict(rows), head(), [*_builds(layout)], version("mediamill"))


def judge(sessions: dict[str, int], needed: str, builds: Sequence[tuple[str, str]], ours: str) -> Finding:
    """Judge the names of sessions and the versions that processes say they have."""
    others = [f"{part} {told}" for part, told in builds if told != ours]
    older = {name: count for name, count in sessions.items() if name < RELEASED + needed}
    newer = {name: count for name, count in sessions.items() if name > RELEASED + needed}
    if older:
        told = ", ".join(f"{count} sessions of {name}" for name, count in older.items())
        return warn(NAME, f"older code is connected: {told}; this is {RELEASED}{needed}", _OLDER)
    if newer:
        told = ", ".join(f"{count} sessions of {name}" for name, count in newer.items())
        return warn(NAME, f"newer code is connected: {told}; this is {RELEASED}{needed}", _NEWER)
    if others:
        return warn(NAME, f"{', '.join(others)}; this is {ours}", "Restart them: 'mill down', then 'mill up'.")
    seen = ", ".join(part for part, _ in builds) or f"{sum(sessions.values())} sessions"
    return ok(NAME, f"{seen}: {ours}, database {needed}")


def _builds(layout: Layout) -> Iterator[tuple[str, str]]:
    """Ask the parts of the running stack that serve metrics."""
    state = live_state(layout)
    for part in state.parts if state else ():
        if part.name in PARTS and part.port is not None and (found := _build(part.port)) is not None:
            yield part.name, found


def _build(port: int) -> str | None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3)
    try:
        connection.request("GET", "/metrics")
        found = _BUILD.search(connection.getresponse().read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found[1].decode() if found else None
