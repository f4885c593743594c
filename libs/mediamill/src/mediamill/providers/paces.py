"""Turns at what may be asked only so often by all workers together: each is a moment, given once.

``quotas`` decides how many jobs begin; what counts here is the single request, as those see it who are asked.
"""

from __future__ import annotations

from sqlalchemy import text

from mediamill.db.prepared import Prepared

LONGEST_S = 300.0
"""Nobody is put off for longer. What lies further ahead was written before the database's clock went back."""

_TURN = text(f"""
INSERT INTO paces AS pace (name, next_at) VALUES (:name, clock_timestamp() + make_interval(secs => :every_s))
ON CONFLICT (name) DO UPDATE SET next_at = make_interval(secs => :every_s) + CASE
    WHEN pace.next_at > clock_timestamp() + interval '{LONGEST_S} s' THEN clock_timestamp()
    ELSE greatest(pace.next_at, clock_timestamp()) END
WHERE pace.next_at <= clock_timestamp() + make_interval(secs => :patience_s)
    OR pace.next_at > clock_timestamp() + interval '{LONGEST_S} s'
RETURNING next_at, CAST(extract(epoch FROM next_at - clock_timestamp()) AS double precision) - :every_s AS wait_s
""")  # noqa: S608  # a constant of this file

_PUT_OFF = text("""
INSERT INTO paces AS pace (name, next_at) VALUES (:name, clock_timestamp() + make_interval(secs => :seconds))
ON CONFLICT (name) DO UPDATE SET next_at = greatest(pace.next_at, excluded.next_at)
RETURNING next_at
""")


def turn(name: str, every_s: float, patience_s: float) -> Prepared:
    """Take the next turn, ``every_s`` after the one before. The row tells in how many seconds that is (``wait_s``).

    No row: it is more than ``patience_s`` away, and was not taken.
    """
    return Prepared(_TURN, {"name": name, "every_s": every_s, "patience_s": patience_s})


def put_off(name: str, seconds: float) -> Prepared:
    """Let nobody have a turn for a while, at most ``LONGEST_S``; turns that were given stay given."""
    return Prepared(_PUT_OFF, {"name": name, "seconds": min(seconds, LONGEST_S)})
