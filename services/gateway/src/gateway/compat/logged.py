"""What a job told of itself, for surfaces that show it as a log: its lines, and how far it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.db.prepared import prepared
from mediamill.events.model import Event, EventType


@prepared(tenant_id=UUID, job_id=UUID, last=int)
def _logged(tenant_id: UUID, job_id: UUID, last: int) -> Select[Any]:
    told = Event.type.in_([EventType.LOG.value, EventType.PROGRESS.value])
    of_job = (Event.tenant_id == tenant_id, Event.job_id == job_id, told)
    return select(Event.type, Event.at, Event.data).where(*of_job).order_by(Event.seq.desc()).limit(last)


async def logged(connection: AsyncConnection, tenant_id: UUID, job_id: UUID, last: int) -> Iterator[RowMapping]:
    """Give the ``last`` events of a job that a log tells of, in their order: ``type``, ``at``, ``data``."""
    return reversed((await connection.execute(*_logged(tenant_id, job_id, last))).mappings().all())
