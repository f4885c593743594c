"""One turn of the courier: write down what came back, make deliveries of new events, send what is due."""

from __future__ import annotations

import json
import logging
import threading
from queue import Empty, SimpleQueue
from uuid import UUID

from sqlalchemy import Connection, Row, RowMapping

from conductor.courier import queries
from conductor.courier.lanes import Lanes
from conductor.courier.post import PostOffice, Sent
from conductor.courier.schedule import DISABLE_AFTER_DAYS, Next, after
from conductor.courier.send import TIMEOUT_S, Message
from mediamill.clock import monotonic, now
from mediamill.db.session import Database
from mediamill.settings import Settings
from mediamill.telemetry import metrics
from mediamill.telemetry.meters import count, observe
from mediamill.webhooks.dialects import letter
from mediamill.webhooks.signing import endpoint_secret, message_id, tenant_secret

log = logging.getLogger(__name__)

BATCH = 1_000
LEASE_MARGIN_S = 15.0
"""A try that was not answered for in its time-out and this much more was lost with its sender; it is made again."""
KEPT_TRIES = 20
BUSY_S, IDLE_S = 0.2, 3.0
"""Looks are this far apart while something is told, and while there is nobody to tell."""
BUSY_FOR_S = 10.0


class Courier:
    """Tells events to the receivers that asked for them. Several may work side by side."""

    def __init__(self, db: Database, config: Settings, *, timeout_s: float = TIMEOUT_S) -> None:
        self._db = db
        self._every_s = IDLE_S
        self._poll_s = config.poll_s
        self._lease_s = timeout_s + LEASE_MARGIN_S
        self._busy_until = 0.0
        self._lanes = Lanes()
        self._sent: SimpleQueue[Sent] = SimpleQueue()
        self._rung = threading.Event()
        self._office = PostOffice(self._came_back, private_too=config.allow_private_urls, timeout_s=timeout_s)

    def wait(self, seconds: float) -> None:
        """Return when there is something to do, or when it is time to look again, as the last turn found."""
        self._rung.wait(self._every_s)
        self._rung.clear()

    def ring(self) -> None:
        """End the wait."""
        self._rung.set()

    def close(self, grace_s: float) -> None:
        """Let what is on its way arrive for the grace time, and write down what came back."""
        self._office.close(grace_s)
        self._write_results()

    def tick(self) -> int:
        """Take a turn and tell how much was done in it."""
        done = self._write_results()
        with self._db.unit_of_work() as connection:
            look = connection.execute(queries.LOOK).one()
        if (look.fresh and not look.wanted) or look.ahead:
            with self._db.unit_of_work() as connection:
                connection.execute(queries.SKIP)
        made = self._fan_out() if look.wanted and look.fresh else 0
        claimed = self._send_due() if made or look.due else 0
        self._pace(bool(look.wanted), made + claimed + done)
        return done + made + claimed

    def _pace(self, wanted: bool, done: int) -> None:  # noqa: FBT001 - a fact, it selects nothing
        if done:
            self._busy_until = monotonic() + BUSY_FOR_S
        busy = monotonic() < self._busy_until
        self._every_s = (BUSY_S if busy else self._poll_s) if wanted else IDLE_S

    def _fan_out(self) -> int:
        with self._db.unit_of_work() as connection:
            told = connection.execute(queries.FAN_OUT, {"batch": BATCH}).one()
        if told.read >= BATCH:
            self.ring()
        return int(told.made)

    def _send_due(self) -> int:
        if self._lanes.free <= 0:
            return 0
        with self._db.unit_of_work() as connection:
            claimed = self._claim(connection)
        for row in claimed:
            message = _message(row)
            self._lanes.begin(row["lane"])
            self._office.post(row, message)
        return len(claimed)

    def _claim(self, connection: Connection) -> list[RowMapping]:
        asked = {
            "rooms": json.dumps(self._lanes.rooms()),
            "lane_slots": self._lanes.slots,
            "free": self._lanes.free,
            "lease_s": self._lease_s,
        }
        ids = list(connection.execute(queries.CLAIM, asked).scalars())
        return list(connection.execute(queries.LOAD, {"ids": ids}).mappings()) if ids else []

    def _came_back(self, sent: Sent) -> None:
        self._sent.put(sent)
        self._rung.set()

    def _write_results(self) -> int:
        written = 0
        while (sent := _next(self._sent)) is not None:
            # First, so that a result that cannot be written costs a repetition after its lease and no slot.
            self._lanes.end(sent.row["lane"], arrived=sent.outcome.arrived)
            with self._db.unit_of_work() as connection:
                self._write(connection, sent)
            written += 1
        return written

    def _write(self, connection: Connection, sent: Sent) -> None:
        row, outcome = sent
        if row["endpoint_id"] is not None:
            connection.execute(queries.HOLD, {"id": row["endpoint_id"]})
        follows = after(outcome, row["failures"])
        values = {"id": row["id"], "attempt": row["attempts"], "kept": KEPT_TRIES, "try": json.dumps(outcome.shown())}
        written: Row[tuple[UUID]] | None = connection.execute(queries.RESULT, {**values, **follows._asdict()}).first()
        if written is None:
            log.warning("webhook delivery %s was taken over; what came of it is not written", row["id"])
            return
        _count(row, follows)
        if row["endpoint_id"] is not None:
            self._judge(connection, row["endpoint_id"], follows, outcome.error)

    def _judge(self, connection: Connection, endpoint_id: UUID, follows: Next, error: str | None) -> None:
        if follows.state == "delivered":
            connection.execute(queries.WORKS, {"id": endpoint_id})
            return
        reason = f"Nothing but failures for {DISABLE_AFTER_DAYS} days; the last one: {error}."
        judged = connection.execute(
            queries.FAILS, {"id": endpoint_id, "days": DISABLE_AFTER_DAYS, "reason": reason}
        ).first()
        if judged is not None and judged.disabled_at is not None:
            log.warning("webhook endpoint %s is disabled: %s", endpoint_id, reason)
        connection.execute(queries.GIVE_UP, {"id": endpoint_id})


def _count(row: RowMapping, follows: Next) -> None:
    """Count a try; how long a receiver had to wait for news is told by the first one."""
    outcome = {"delivered": "delivered", "failed": "given_up"}.get(follows.state, "failed")
    count(metrics.WEBHOOK_DELIVERIES, outcome=outcome)
    if row["attempts"] == 1:
        told = "delivered" if outcome == "delivered" else "failed"
        observe(metrics.WEBHOOK_DELAY, max(0.0, (now() - row["event_at"]).total_seconds()), outcome=told)


def _message(row: RowMapping) -> Message:
    endpoint_id = row["endpoint_id"]
    secret = tenant_secret(row["tenant_id"]) if endpoint_id is None else endpoint_secret(endpoint_id)
    return Message(message_id(row["id"]), row["url"], secret, letter(row), row["traceparent"], row["event_type"])


def _next(queue: SimpleQueue[Sent]) -> Sent | None:
    try:
        return queue.get_nowait()
    except Empty:
        return None
