"""Reading a story: a handful of statements in one look at the database, however large the flow."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, LiteralString
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from mediamill.telemetry.redaction import redact
from mill.errors import MillError
from mill.stack.probes import libpq_url
from mill.story import queries
from mill.story.model import Awaited, Holder, JobStory, StepStory, Story, Told, WebhookStory
from mill.story.stretches import stretches

MOST_JOBS = 5_000
_PATIENCE = "-c statement_timeout=60s -c default_transaction_read_only=on"

Row = dict[str, Any]


class NoSuchJob(MillError):
    """The database has no such job, or has forgotten it."""

    title = "No such job"


def read_story(database_url: str, job_id: UUID, most: int = MOST_JOBS) -> Story:
    """Read what became of a job and of all that it began. Raises ``NoSuchJob``; psycopg's errors pass."""
    url = libpq_url(database_url)
    with psycopg.connect(url, connect_timeout=5, row_factory=dict_row, options=_PATIENCE) as connection:
        # One look for all of it: a job that goes on meanwhile is told of as it was at the first statement.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        rows = connection.execute(queries.TREE, {"id": job_id, "most": most + 1}).fetchall()
        if not rows:
            raise NoSuchJob(f"There is no job {job_id} here.")
        return _told(connection, job_id, rows[:most], is_cut=len(rows) > most)


def _told(connection: psycopg.Connection[Row], job_id: UUID, rows: list[Row], *, is_cut: bool) -> Story:
    asked = {"id": job_id, "ids": [UUID(row["id"]) for row in rows]}

    def by_job(query: LiteralString) -> dict[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in connection.execute(query, asked):
            found[row.pop("job_id")].append(row)
        return found

    events, steps, webhooks = by_job(queries.EVENTS), by_job(queries.STEPS), by_job(queries.WEBHOOKS)
    holders, waits = by_job(queries.HOLDERS), by_job(queries.WAITS)
    jobs = {}
    for row in rows:
        known, told = row["id"], [Told(**event) for event in events.get(row["id"], [])]
        jobs[known] = JobStory(
            **{name: value for name, value in row.items() if name != "now"},
            worker=next((Holder(**held) for held in holders.get(known, [])), None),
            waits_for=next((Awaited(**wait) for wait in waits.get(known, [])), None),
            stretches=stretches(told),
            steps=[StepStory(**step) for step in steps.get(known, [])],
            webhooks=[_webhook(delivery) for delivery in webhooks.get(known, [])],
            events=told if known == str(job_id) else [],
        )
    for job in jobs.values():
        if job.parent_id in jobs and job.id != str(job_id):
            jobs[job.parent_id].children.append(job)
    cost = sum((job.cost for job in jobs.values()), Decimal(0))
    return Story(at=rows[0]["now"], job=jobs[str(job_id)], jobs=len(jobs), cost=cost, is_cut=is_cut)


def _webhook(row: Row) -> WebhookStory:
    """Tell of a delivery without the receiver's path, which may be a secret of theirs."""
    last = row.pop("try") or {}
    host = urlsplit(row.pop("url") or "").hostname or "nobody any more"
    said = last.get("error") or (f"answered {last['status']}" if last.get("status") else None)
    return WebhookStory(**row, host=host, last=redact(said) if said else None)
