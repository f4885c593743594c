"""What is put to make and change plans, and what they look like."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from gateway.tenants.models import Most, MostBytes, Weight
from gateway.texts import Time
from mediamill.clock import iso
from mediamill.tenants.plans import KEEPS, LIMITS

Days = Annotated[int, Field(ge=1, le=36_500)]


class PutPlan(BaseModel):
    """All that a plan says; a limit that is left out is none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"is_paid": True, "weight": 4, "max_running": 16, "max_bytes": 500_000_000_000}]
        },
    )

    is_paid: bool = Field(False, description="whether products offer its tenants what they keep for paying customers")
    weight: Weight = Field(1, description="share of every contended queue")
    max_running: Most | None = Field(None, description="jobs that run at once")
    max_queued: Most | None = Field(None, description="jobs in line")
    max_monthly: Most | None = Field(None, description="jobs accepted in a calendar month, in UTC")
    max_bytes: MostBytes | None = Field(None, description="bytes of assets, above which nothing more is uploaded")
    keep_jobs_days: Days | None = Field(None, description="days that finished jobs are kept; else as configured")
    keep_events_days: Days | None = Field(
        None, description="days that events between a job and its end are kept; else as long as the job"
    )
    keep_assets_days: Days | None = Field(
        None, description="days that assets are kept after their last use; else as configured"
    )


class Plan(PutPlan):
    """What tenants of a plan may use, but for limits that are their own."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "name": "paid",
                    "is_paid": True,
                    "weight": 4,
                    "max_running": 16,
                    "max_queued": None,
                    "max_monthly": None,
                    "max_bytes": 500_000_000_000,
                    "keep_jobs_days": 365,
                    "keep_events_days": 30,
                    "keep_assets_days": None,
                    "tenants": 12,
                    "created_at": "2026-11-24T12:00:00.000Z",
                }
            ]
        },
    )

    name: str = Field(examples=["paid"])
    tenants: int = Field(description="that have it")
    created_at: Time


def plan(row: RowMapping) -> Plan:
    """Show a plan."""
    facts = {name: row[name] for name in ("name", "is_paid", "tenants", *LIMITS, *KEEPS)}
    return Plan(created_at=iso(row["created_at"]) or "", **facts)
