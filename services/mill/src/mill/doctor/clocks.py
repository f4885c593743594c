"""Do the clocks agree: signatures and webhooks are good for minutes, and stories are told by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from mediamill import clock
from mill.doctor.finding import Finding, fail, ok, warn
from mill.doctor.reach import idle
from mill.stack.layout import Layout
from mill.stack.probes import libpq_url
from mill.stack.urls import urls

NAME = "clock"
NOTABLE, HARMFUL = timedelta(seconds=2), timedelta(seconds=60)
"""A minute is a fifth of what receivers of webhooks allow."""
_ADVICE = "Have both keep time by NTP (timedatectl, chronyc tracking)."
_LAST = "SELECT at FROM events ORDER BY xid DESC, number DESC LIMIT 1"


class Reading(NamedTuple):
    """What the clocks say of one moment."""

    here: datetime
    database: datetime
    uncertain: timedelta
    """Half of what asking took."""
    last_event: datetime | None


def clocks(layout: Layout) -> Finding:
    """Is this machine's clock the database's, and has that one not been set back."""
    url = urls(layout).database
    if not url:
        return idle(NAME)
    try:
        with psycopg.connect(libpq_url(url), connect_timeout=5, autocommit=True) as connection:
            last = connection.execute(_LAST).fetchone()
            asked = clock.now()
            told = connection.execute("SELECT clock_timestamp()").fetchone()
            answered = clock.now()
    except psycopg.Error as error:
        return fail(NAME, str(error).strip(), "Run 'mill migrate'.")
    took = answered - asked
    if told is None:
        return fail(NAME, "the database does not tell the time", _ADVICE)
    return judge(Reading(asked + took / 2, told[0], took / 2, last[0] if last else None))


def judge(read: Reading) -> Finding:
    """Judge what the clocks say."""
    apart = max(abs(read.database - read.here) - read.uncertain, timedelta())
    told = f"{apart.total_seconds():.1f} s from the database's"
    if apart > HARMFUL:
        return fail(NAME, told, _ADVICE)
    if read.last_event is not None and read.last_event > read.database + NOTABLE:
        ahead = (read.last_event - read.database).total_seconds()
        return fail(NAME, f"the last event is {ahead:.0f} s ahead of the database, whose clock was set back", _ADVICE)
    return warn(NAME, told, _ADVICE) if apart > NOTABLE else ok(NAME, told)
