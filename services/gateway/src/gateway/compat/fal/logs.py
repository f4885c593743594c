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

LAST = 500
"""So many lines are told; a longer log is told from its end."""

_BAR = 10


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


def bar(progress: dict[str, Any]) -> str:
    """Draw progress: ``" 50%|#####     | 2/4 drawing"``."""
    current, total = float(progress.get("current") or 0), float(progress.get("total") or 1)
    share = max(0.0, min(1.0, current / total)) if total > 0 else 0.0
    drawn = "#" * round(share * _BAR)
    message = progress.get("message")
    return f"{share * 100:3.0f}%|{drawn:<{_BAR}}| {current:g}/{total:g}{f' {message}' if message else ''}"
