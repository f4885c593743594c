"""One turn of the watch on one vendor: cancel what nobody wants, look at what is due, wake who waited."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row

from conductor.watch import queries
from conductor.watch.schedule import AWAY_S, GATHER_S, KEYLESS_S, QUIET_S, SLOWEST_S, STEP_S, pause_s
from mediamill import clock
from mediamill.db.session import Database
from mediamill.errors import MediamillError, OutcomeUnknown
from mediamill.hints import DISPATCH, job_topic, publish_hint, tenant_topic
from mediamill.jobs.predictions import FORGOTTEN_S
from mediamill.jobs.settled import Settled, drop, settle_at_once
from mediamill.providers.credentials import configured
from mediamill.providers.model import PredictionState
from mediamill.providers.protocol import EffectKey, Ended, Vendor
from mediamill.settings import Settings

log = logging.getLogger(__name__)

LOOKS = {"batch": 1_000, "step_s": STEP_S, "slowest_s": SLOWEST_S, "forgotten_s": FORGOTTEN_S}
SETTLED_AT_ONCE = 250
"""Jobs whose rows are locked together while their ends are written."""
WRITTEN_AT_ONCE = 100
"""So many ends are not kept until more are read."""


def gathered(read: Iterator[list[Ended]]) -> Iterator[list[Ended]]:
    """Give what a vendor's ends come to before the first of them has waited long; also what came before an error."""
    ends, since = list[Ended](), clock.monotonic()
    try:
        for some in read:
            since = since if ends else clock.monotonic()
            ends += some
            if len(ends) >= WRITTEN_AT_ONCE or (ends and clock.monotonic() - since > GATHER_S):
                yield ends
                ends = []
    except MediamillError:
        if ends:
            yield ends
        raise
    if ends:
        yield ends


class Watcher:
    """Looks at one vendor's predictions. Several may work side by side; those of others know nothing of it."""

    def __init__(self, db: Database, name: str, find_vendor: Callable[[str], Vendor], config: Settings) -> None:
        self._db = db
        self._name = name
        self._find_vendor = find_vendor
        self._idle_s = max(config.poll_s, QUIET_S.get(name, 0)) if configured(name) else KEYLESS_S
        self._pause_s = config.poll_s
        self._held_until = 0.0
        self._rung = threading.Event()

    def wait(self, seconds: float) -> None:
        """Return when something is due."""
        self._rung.wait(self._pause_s)

    def ring(self) -> None:
        """End the wait, now and from now on."""
        self._rung.set()

    def tick(self) -> int:
        """Take a turn and tell how many predictions were done with in it."""
        held_s = self._held_until - clock.monotonic()
        with self._db.unit_of_work() as connection:
            due_in_s = connection.execute(queries.DUE_IN_S, {"vendor": self._name}).scalar_one_or_none()
        self._pause_s = pause_s(due_in_s, held_s, self._idle_s)
        if due_in_s is None or due_in_s > 0 or held_s > 0:
            return 0
        self._pause_s = pause_s(0, 0, self._idle_s)
        with self._db.unit_of_work() as connection:
            claimed = connection.execute(queries.CLAIM, {"vendor": self._name, **LOOKS}).all()
        unwanted = [row for row in claimed if row.is_over or row.state == PredictionState.CANCEL]
        wanted = [row for row in claimed if not row.is_over and row.state == PredictionState.WAITING]
        return self._cancel(unwanted) + self._look(wanted)

    def _look(self, rows: Sequence[Row[Any]]) -> int:
        if not rows:
            return 0
        with self._db.unit_of_work() as connection:
            outstanding = connection.execute(queries.OUTSTANDING, {"vendor": self._name}).scalar_one()
        by_id = {row.vendor_id: row for row in rows}
        done = 0
        try:
            for ends in gathered(self._find_vendor(self._name).poll(list(by_id), outstanding)):
                done += self._write([(by_id[end.id], end) for end in ends if end.id in by_id])
        except MediamillError as error:
            self._hold_off(rows, error)
        return done

    def _write(self, ends: Sequence[tuple[Row[Any], Ended]]) -> int:
        settled = [Settled(self._name, row.token_hash, end) for row, end in ends]
        for start in range(0, len(settled), SETTLED_AT_ONCE):
            outcomes = settle_at_once(self._db, settled[start : start + SETTLED_AT_ONCE])
            woken = [row for row in outcomes if row.is_woken]
            topics = {topic for row in woken for topic in (job_topic(row.job_id), tenant_topic(row.tenant_id))}
            if topics:
                publish_hint(DISPATCH, *topics)
        return len(ends)

    def _cancel(self, rows: Sequence[Row[Any]]) -> int:
        """Have predictions stopped, one after the other; what got no answer comes again at its next time."""
        for done, row in enumerate(rows):
            try:
                self._cancel_one(row)
            except MediamillError as error:
                self._hold_off(rows[done:], error)
                return done
        return len(rows)

    def _cancel_one(self, row: Row[Any]) -> None:
        vendor = self._find_vendor(self._name)
        effect = EffectKey(row.job_id, row.ordinal, row.purchase, "", row.begun_at)
        vendor_id, may_go_on = row.vendor_id, False
        if vendor_id is None:
            try:
                vendor_id = vendor.find(effect)
            except OutcomeUnknown:
                may_go_on = True
        if vendor_id is not None:
            vendor.cancel(vendor_id)
        elif not row.is_forgotten:
            return  # whoever bought it may not have written its id down yet
        with self._db.unit_of_work() as connection:
            drop(connection, row.job_id, row.ordinal, row.purchase, vendor_id, may_go_on=may_go_on)

    def _hold_off(self, rows: Sequence[Row[Any]], error: MediamillError) -> None:
        """Leave a vendor alone that did not answer; what waits for it goes on waiting."""
        seconds = error.retry_after_s if error.retry_after_s is not None else AWAY_S
        log.warning("%s does not answer, nobody asks it for %.1f s: %s", self._name, seconds, error)
        self._held_until = clock.monotonic() + seconds
        steps = [{"job_id": str(row.job_id), "ordinal": row.ordinal} for row in rows]
        with self._db.unit_of_work() as connection:
            connection.execute(queries.POSTPONE, {"rows": json.dumps(steps), "seconds": seconds})
