"""Rows → what the API shows. Nothing here asks anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from gateway.jobs.models import Job, Step
from gateway.jobs.turnstile import Entry
from mediamill.assets.signing import asset_url
from mediamill.clock import iso
from mediamill.jobs.draft import Draft
from mediamill.queues.positions import Place

SAME = (
    "kind",
    "queue",
    "state",
    "priority",
    "input",
    "error",
    "progress",
    "attempt",
    "crashes",
    "provider",
    "metadata",
)


def job(row: RowMapping, places: Mapping[UUID, Place]) -> Job:
    """Show a job."""
    place = places.get(row["id"])
    return Job(
        id=str(row["id"]),
        output=with_urls(row["output"]),
        parent_id=str(row["parent_id"]) if row["parent_id"] else None,
        root_id=str(row["root_id"]),
        cost=float(row["cost"]),
        total_cost=_total(row),
        created_at=iso(row["created_at"]) or "",
        started_at=iso(row["started_at"]),
        finished_at=iso(row["finished_at"]),
        queue_position=None if place is None else place.position,
        **{name: row[name] for name in SAME},
    )


def _total(row: RowMapping) -> float | None:
    return None if row["parent_id"] or "total_cost" not in row else float(row["total_cost"])


def accepted(draft: Draft, entry: Entry) -> Job:
    """Show a job that was just made, from what it was made of."""
    job_id, request = str(draft.job_id), draft.request
    return Job(
        id=job_id,
        kind=request.kind.name,
        queue=request.kind.queue,
        state=entry.state,
        priority=request.priority,
        input=draft.input,
        output=None,
        error=None,
        progress=None,
        attempt=1,
        crashes=0,
        parent_id=None,
        root_id=job_id,
        provider=draft.provider,
        cost=0.0,
        metadata=dict(request.metadata),
        created_at=iso(entry.created_at) or "",
        started_at=None,
        finished_at=None,
        queue_position=entry.position,
    )


def step(row: RowMapping) -> Step:
    """Show an entry of the journal."""
    return Step(
        **{name: row[name] for name in ("ordinal", "name", "type", "state", "result")},
        started_at=iso(row["started_at"]) or "",
        finished_at=iso(row["finished_at"]),
    )


def with_urls(output: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give each asset of an output a URL that opens it for a while."""
    if output is None or not isinstance(output.get("assets"), list):
        return output
    return {**output, "assets": [{**asset, "url": asset_url(asset["id"])} for asset in output["assets"]]}
