"""After a restore from a dump into another cluster: events whose transactions its numbers have yet to reach.

Readers of tenants' events and the courier stop before such events, and would come upon them one by one as the cluster's
numbers grow. So they are given numbers that any cluster has long passed. A physical backup needs none of this.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

FOREIGN = "SELECT xid >= pg_snapshot_xmax(pg_current_snapshot()) FROM events ORDER BY xid DESC LIMIT 1"
"""Whether there are any. What a transaction of this cluster wrote lies before all that have yet to begin."""

_SETTLE = text("""
WITH position AS (
    SELECT xid, number FROM webhook_position
), last AS (
    SELECT max(number) AS number FROM events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
), settled AS (
    UPDATE events SET xid = CASE
        WHEN (events.xid, events.number) > (SELECT xid, number FROM position) THEN '2'::xid8 ELSE '1'::xid8 END
    WHERE number <= (SELECT number FROM last)
    RETURNING 1
), moved AS (
    UPDATE webhook_position SET xid = '2', number = 0
)
SELECT count(*) FROM settled
""")
"""Numbers of events are restored with the dump, so all old ones lie at or below the last foreign one's. What the
courier has read comes before its new position, what it has not comes behind: none is told twice or left out."""


def settle(connection: Connection) -> int:
    """Bring a restored log into this cluster's past, and give how many events that were; free when there is none.

    Positions that clients of tenants' streams kept from before are void, and refused.
    """
    if not connection.execute(text(FOREIGN)).scalar():
        return 0
    connection.execute(text("LOCK TABLE events, webhook_position IN SHARE ROW EXCLUSIVE MODE"))
    return int(connection.execute(_SETTLE).scalar_one())
