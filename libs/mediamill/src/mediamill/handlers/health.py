"""``python -m mediamill.handlers.health``: the health check of the workers here, for containers and supervisors.

It asks neither the database nor the broker: a worker that cannot reach them is not mended by being restarted.
Exit code 0: every worker here does its work. 1: one does not, or there is none; the text tells which and why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

from mediamill.clock import monotonic
from mediamill.handlers.pulse import Health, Pulse, folder, read_pulses

WELL, ILL = 0, 1
MISSED_BEATS = 3
TRY_S = 10.0
"""How long one heartbeat may take while the database is away."""


class Verdict(NamedTuple):
    """What is thought of a worker."""

    code: int
    text: str


def judge(pulse: Pulse, now: float) -> Verdict:
    """Tell how a worker is, at ``now`` on the monotonic clock."""
    silent_s, away_s = now - pulse.tried_at, now - pulse.confirmed_at
    since = f"worker {pulse.pid}, for {now - pulse.since:.0f} s"
    if pulse.health is Health.DEAF:
        return Verdict(ILL, f"deaf: {since}: it takes nothing though there is something; it ends, to be restarted")
    if pulse.health is Health.STARTING:
        return Verdict(ILL, f"starting: {since}")
    if silent_s > MISSED_BEATS * pulse.heartbeat_s + TRY_S:
        return Verdict(ILL, f"stuck: worker {pulse.pid} has tried no heartbeat for {silent_s:.0f} s")
    if pulse.health is Health.DRAINING:
        return Verdict(WELL, f"draining: {since}: it takes no more and ends when its jobs have")
    if away_s > MISSED_BEATS * pulse.heartbeat_s:
        return Verdict(WELL, f"cut off: worker {pulse.pid} lives, the database was last seen {away_s:.0f} s ago")
    return Verdict(WELL, f"healthy: {since}, last heartbeat {away_s:.0f} s ago")


def main(argv: Sequence[str] | None = None) -> int:
    """Look once."""
    parser = argparse.ArgumentParser(prog="python -m mediamill.handlers.health", description=__doc__)
    parser.add_argument("--pid", type=int, default=None, help="only this worker (default: every one here)")
    asked = parser.parse_args(argv)
    found = [judge(pulse, monotonic()) for pulse in read_pulses(folder()) if asked.pid in (None, pulse.pid)]
    if not found:
        found = [Verdict(ILL, f"gone: no worker lives that writes to {folder()}")]
    sys.stdout.writelines(f"{verdict.text}\n" for verdict in found)
    return max(verdict.code for verdict in found)


if __name__ == "__main__":
    sys.exit(main())
