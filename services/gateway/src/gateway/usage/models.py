"""What a tenant has used, as it is shown."""

from __future__ import annotations

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping


class Day(BaseModel):
    """What was used on one day, of one kind at one provider."""

    day: str = Field(examples=["2026-11-24"], json_schema_extra={"format": "date"})
    kind: str = Field(examples=["image.generate"])
    provider: str = Field(
        description="of jobs the one that they name; of the cost the one that billed it", examples=["replicate"]
    )
    jobs: int = Field(description="made on that day, like the next three; whenever they ended")
    succeeded: int
    failed: int
    canceled: int
    cost: float = Field(description="USD settled on that day, less what was refunded")
    asset_bytes: int = Field(description="of the assets that these jobs made")


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
    monthly: int | None = Field(description="jobs accepted this calendar month, in UTC; null: nobody counts them")
    monthly_left: int | None = Field(description="jobs that may still be accepted this month")
    max_monthly: int | None
    bytes_left: int | None = Field(description="bytes of assets that you may still upload")
    max_bytes: int | None
    budget: float | None = Field(description="USD per calendar month, in UTC")
    spent: float = Field(description="USD of this month's budget")
    reserved: float = Field(description="USD set aside for jobs that have not ended")
    budget_left: float | None = Field(description="USD that new jobs may reserve")


class Usage(BaseModel):
    """What a tenant has used and may still use."""

    days: list[Day] = Field(description="newest first; days, kinds and providers without use are left out")
    jobs: int = Field(description="in these days")
    cost: float = Field(description="USD in these days")
    storage: Storage
    quota: Quota


def day(row: RowMapping) -> Day:
    """Show a day."""
    same = {name: row[name] for name in ("kind", "provider", "jobs", "succeeded", "failed", "canceled")}
    return Day(day=row["day"].isoformat(), cost=float(row["cost"]), asset_bytes=row["bytes"], **same)


def quota(facts: RowMapping, spent: float) -> Quota:
    """Tell what is left."""
    budget, reserved = facts["budget"], facts["reserved"]
    names = ("queued", "max_queued", "running", "max_running", "monthly", "max_monthly", "max_bytes")
    return Quota(
        queued_left=_left(facts["max_queued"], facts["queued"]),
        monthly_left=_left(facts["max_monthly"], facts["monthly"]),
        bytes_left=_left(facts["max_bytes"], facts["bytes"]),
        budget=budget,
        reserved=reserved,
        spent=spent,
        budget_left=None if budget is None else round(max(0.0, budget - spent - reserved), 6),
        **{name: facts[name] for name in names},
    )


def _left(most: int | None, used: int | None) -> int | None:
    return None if most is None else max(0, most - (used or 0))
