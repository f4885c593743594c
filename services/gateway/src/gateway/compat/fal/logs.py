"""Events of a job → lines of a log, as fal's clients show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.compat.fal.models import LogEntry
from mediamill.clock import iso
from mediamill.db.prepared import prepared
from mediamill.events.model import Event, EventType
from mediamill.webhooks.bars import bar

LAST = 500
"""So many lines are told; a longer log is told from its end."""


@prepared(tenant_id=UUID, job_id=UUID)
def _lines(tenant_id: UUID, job_id: UUID) -> Select[Any]:
    """Give the events of a job that a log tells of, the last first."""
    told = Event.type.in_([EventType.LOG.value, EventType.PROGRESS.value])
    of_job = (Event.tenant_id == tenant_id, Event.job_id == job_id, told)
    return select(Event.type, Event.at, Event.data).where(*of_job).order_by(Event.seq.desc()).limit(LAST)


async def read_log(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> list[LogEntry]:
    """Give the log of a job so far."""
    rows: Sequence[RowMapping] = (await connection.execute(*_lines(tenant_id, job_id))).mappings().all()
    return [entry(row) for row in reversed(rows)]


def entry(row: RowMapping) -> LogEntry:
    """Write one event as a line; progress looks as tqdm's does."""
    data = row["data"]
    message = data.get("text", "") if row["type"] == EventType.LOG else bar(data)
    return LogEntry(message=message, level="INFO", source="USER", timestamp=iso(row["at"]) or "")
