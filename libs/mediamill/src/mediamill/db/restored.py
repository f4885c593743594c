"""After a restore from a dump into another cluster: events whose transactions its numbers have yet to reach.

Readers of tenants' events and the courier stop before such events, and would come upon them one by one as the cluster's
numbers grow. So they are given numbers that any cluster has long passed. A physical backup needs none of this.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

FOREIGN = "SELECT xid >= pg_snapshot_xmax(pg_current_snapshot()) FROM events ORDER BY xid DESC LIMIT 1"
"""Whether there are any. What a transaction of this cluster wrote lies before all that have yet to begin."""

_SETTLE = text("""
WITH positions AS (
    SELECT xid, number FROM webhook_position UNION ALL SELECT xid, number FROM usage_position WHERE source = 'events'
), nearer AS (
    SELECT xid, number FROM positions ORDER BY xid, number LIMIT 1
), farther AS (
    SELECT xid, number FROM positions ORDER BY xid DESC, number DESC LIMIT 1
), last AS (
    SELECT max(number) AS number FROM events WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())
), settled AS (
    UPDATE events SET xid = CASE
        WHEN (events.xid, events.number) > (SELECT xid, number FROM farther) THEN '3'::xid8
        WHEN (events.xid, events.number) > (SELECT xid, number FROM nearer) THEN '2'::xid8 ELSE '1'::xid8 END
    WHERE number <= (SELECT number FROM last)
    RETURNING 1
), courier AS (
    UPDATE webhook_position AS reader SET number = 0, xid = CASE
        WHEN (reader.xid, reader.number) = (SELECT xid, number FROM nearer) THEN '2'::xid8 ELSE '3'::xid8 END
), treasurer AS (
    UPDATE usage_position AS reader SET number = 0, xid = CASE
        WHEN (reader.xid, reader.number) = (SELECT xid, number FROM nearer) THEN '2'::xid8 ELSE '3'::xid8 END
    WHERE source = 'events'
)
SELECT count(*) FROM settled
""")
"""Numbers of events are restored with the dump, so all old ones lie at or below the last foreign one's. What a reader
has read comes before its new position, what it has not comes behind: none is told or counted twice or left out."""

_SETTLE_LEDGER = text("""
WITH position AS (
    SELECT xid, number FROM usage_position WHERE source = 'ledger'
), settled AS (
    UPDATE ledger SET xid = CASE
        WHEN (ledger.xid, ledger.number) > (SELECT xid, number FROM position) THEN '2'::xid8 ELSE '1'::xid8 END
)
UPDATE usage_position SET xid = '2', number = 0 WHERE source = 'ledger'
""")
"""The same for the ledger, whose entries tell the same as before: only the number of their transaction is another."""


def settle(connection: Connection) -> int:
    """Bring a restored log into this cluster's past, and give how many events that were; free when there is none.

    Positions that clients of tenants' streams kept from before are void, and refused.
    """
    if not connection.execute(text(FOREIGN)).scalar():
        return 0
    connection.execute(text("LOCK TABLE events, ledger, webhook_position, usage_position IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER only_added_to"))
    connection.execute(_SETTLE_LEDGER)
    connection.execute(text("ALTER TABLE ledger ENABLE TRIGGER only_added_to"))
    return int(connection.execute(_SETTLE).scalar_one())
