"""When predictions are looked at."""

from __future__ import annotations

STEP_S = 0.5
"""The second look is about this long after the first, which comes when the prediction is expected to have ended."""
SLOWEST_S = 30.0
"""Steps double until they are this long."""
AWAY_S = 5.0
"""Nobody asks a vendor that did not answer for so long, unless it said for how long."""
KEYLESS_S = 30.0
"""So rarely is looked for what is due at a vendor whose key is gone: only to log that somebody waits there."""
QUIET_S = {"evm": 12.0}
"""So rarely is looked whether something waits again, once nothing does, at those with whom everything takes longer.

A chain makes a block in twelve seconds, and every stack has one, which must cost nothing while nobody mints.
"""
CANCEL_SLOWEST_S = 300.0
GATHER_S = 0.2
"""Turns are at least this far apart, so that what ends about the same time is asked for and woken together."""


def pause_s(until_due_s: float | None, held_s: float, idle_s: float) -> float:
    """Tell how long to wait: until something is due or the vendor may be asked again, and never longer than idle."""
    wanted = idle_s if until_due_s is None else until_due_s
    return min(max(wanted, held_s, GATHER_S), max(idle_s, GATHER_S))
