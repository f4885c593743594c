"""The route that tells what a tenant has used and may still use."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.ids import first_id_of
from gateway.problems import refusals
from mediamill.clock import now
from mediamill.tenants import queries

router = APIRouter(tags=["usage"])

Days = Annotated[int, Query(ge=1, le=90, description="today and so many days less one before it, in UTC")]


class Day(BaseModel):
    """What jobs of one kind used that were made on one day."""

    day: str = Field(examples=["2026-11-24"], json_schema_extra={"format": "date"})
    kind: str = Field(examples=["image.generate"])
    jobs: int
    succeeded: int
    failed: int
    canceled: int
    cost: float = Field(description="USD")
    asset_bytes: int = Field(description="of the assets that the jobs made")


class Storage(BaseModel):
    """What is kept of you now."""

    assets: int
    bytes: int


class Quota(BaseModel):
    """What you may still use; null is without limit."""

    queued: int = Field(description="jobs in line")
    queued_left: int | None = Field(description="jobs that may still get in line")
    max_queued: int | None
    running: int
    max_running: int | None = Field(description="your jobs that run at once")
    budget: float | None = Field(description="USD per calendar month, in UTC")
    spent: float = Field(description="USD of this month's jobs")
    budget_left: float | None


class Usage(BaseModel):
    """What a tenant has used and may still use."""

    days: list[Day] = Field(description="newest first; days and kinds without a job are left out")
    jobs: int = Field(description="in these days")
    cost: float = Field(description="USD in these days")
    storage: Storage
    quota: Quota


@router.get("/v1/usage", summary="Read your usage", responses=refusals(422))
async def get_usage(edge: EdgeOf, owner: Owner, days: Days = 30) -> Usage:
    """Give jobs, cost and storage by day and kind, and what is left of your quota."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    since, month = first_id_of(today - timedelta(days=days - 1)), first_id_of(today.replace(day=1))
    async with edge.look() as connection:
        used = await connection.execute(queries.usage(), {"tenant_id": owner.tenant_id, "since": since})
        standing = await connection.execute(queries.standing(), {"tenant_id": owner.tenant_id, "month": month})
    shown = [Day(**{**row, "day": row["day"].isoformat()}) for row in used.mappings()]
    facts = standing.mappings().one()
    return Usage(
        days=shown,
        jobs=sum(day.jobs for day in shown),
        cost=round(sum(day.cost for day in shown), 6),
        storage=Storage(assets=facts["assets"], bytes=facts["bytes"]),
        quota=quota(facts),
    )


def quota(facts: RowMapping) -> Quota:
    """Tell what is left."""
    most, budget = facts["max_queued"], facts["budget"]
    return Quota(
        queued_left=None if most is None else max(0, most - facts["queued"]),
        budget_left=None if budget is None else round(max(0.0, budget - facts["spent"]), 6),
        **{name: facts[name] for name in ("queued", "max_queued", "running", "max_running", "budget", "spent")},
    )
