"""Events of a job → lines of a log, as fal's clients show them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.compat.fal.models import LogEntry
from gateway.compat.logged import logged
from mediamill.clock import iso
from mediamill.events.model import EventType
from mediamill.webhooks.bars import bar

LAST = 500
"""So many lines are told; a longer log is told from its end."""


async def read_log(connection: AsyncConnection, tenant_id: UUID, job_id: UUID) -> list[LogEntry]:
    """Give the log of a job so far."""
    return [entry(row) for row in await logged(connection, tenant_id, job_id, LAST)]


def entry(row: RowMapping) -> LogEntry:
    """Write one event as a line; progress looks as tqdm's does."""
    data = row["data"]
    message = data.get("text", "") if row["type"] == EventType.LOG else bar(data)
    return LogEntry(message=message, level="INFO", source="USER", timestamp=iso(row["at"]) or "")
