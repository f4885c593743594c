"""Statements about jobs that are shown as clips: those that somebody asked for, and that were not deleted here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from gateway.compat.openai.mapping import DELETED_KEY
from mediamill.jobs.model import Job
from mediamill.jobs.queries import SHOWN, one


def clip(tenant_id: UUID, job_id: UUID, kinds: list[str]) -> Select[Any]:
    """Give a clip of the tenant."""
    return one(tenant_id, job_id).where(*_shown(kinds))


def page(tenant_id: UUID, kinds: list[str], *, after: UUID | None, ascending: bool, limit: int) -> Select[Any]:
    """Give clips of the tenant behind the id ``after``, newest first unless they ascend."""
    found: Select[Any] = select(*SHOWN).where(Job.tenant_id == tenant_id, Job.parent_id.is_(None), *_shown(kinds))
    if after is not None:
        found = found.where(Job.id > after if ascending else Job.id < after)
    return found.order_by(Job.id if ascending else Job.id.desc()).limit(limit)


def hide(tenant_id: UUID, job_id: UUID) -> Update:
    """Show a job here no longer. The job stays what it is: its cost was spent, and its tenant may still read it."""
    mark = cast({DELETED_KEY: "true"}, JSONB)
    mine = (Job.tenant_id == tenant_id, Job.id == job_id)
    return update(Job).where(*mine).values(metadata_=Job.metadata_.op("||")(mark))


def _shown(kinds: list[str]) -> tuple[ColumnElement[bool], ...]:
    return Job.kind.in_(kinds), ~Job.metadata_.has_key(DELETED_KEY)
