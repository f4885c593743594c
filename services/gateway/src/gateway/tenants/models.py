"""What is posted to make and change tenants and keys, and what they look like."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from gateway.texts import Id, Time
from mediamill.clock import iso
from mediamill.tenants.keys import Scope
from mediamill.tenants.plans import LIMITS

_ID = "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b"

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")
]
Label = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")]
PlanName = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")]
Limit = Literal["weight", "max_running", "max_queued", "max_monthly", "max_bytes"]
Weight = Annotated[int, Field(ge=1, le=1000)]
Most = Annotated[int, Field(ge=0, le=2_000_000_000)]
MostBytes = Annotated[int, Field(ge=0, le=2**60)]
Budget = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=6)]


class PostTenant(BaseModel):
    """A new tenant. Limits that are left out are its plan's, now and when the plan changes; null is no limit."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "acme", "plan": "paid", "weight": 3}]}
    )

    name: Name
    plan: PlanName = "free"
    weight: Weight = Field(1, description="share of every contended queue")
    max_running: Most | None = Field(None, description="jobs that run at once")
    max_queued: Most | None = Field(None, description="jobs in line")
    max_monthly: Most | None = Field(None, description="jobs accepted in a calendar month, in UTC")
    max_bytes: MostBytes | None = Field(None, description="bytes of assets, above which nothing more is uploaded")
    budget: Budget | None = Field(None, description="USD per calendar month; null is no limit")


class PatchTenant(BaseModel):
    """What to change of a tenant; what is left out stays. A limit that is given is its own from then on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"plan": "paid", "max_running": 8, "follow": ["weight"]}]}
    )

    name: Name = ""
    plan: PlanName = "free"
    weight: Weight = 1
    max_running: Most | None = None
    max_queued: Most | None = None
    max_monthly: Most | None = None
    max_bytes: MostBytes | None = None
    budget: Budget | None = None
    follow: list[Limit] = Field([], max_length=5, description="limits that are to be the plan's again")


class Tenant(BaseModel):
    """Who owns jobs, assets and keys."""

    id: Id
    name: str = Field(examples=["acme"])
    plan: str = Field(examples=["paid"])
    weight: int = Field(examples=[3])
    max_running: int | None
    max_queued: int | None
    max_monthly: int | None
    max_bytes: int | None
    own: list[str] = Field(description="the limits that are its own; the others are its plan's", examples=[["weight"]])
    budget: float | None
    created_at: Time


class PostKey(BaseModel):
    """A new key."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"tenant_id": _ID, "name": "web", "scopes": ["jobs"]}]}
    )

    tenant_id: UUID
    user_id: UUID | None = Field(None, description="whose it is; null: the tenant's as such, for its servers")
    name: Label = ""
    scopes: list[Scope] = Field([Scope.JOBS], min_length=1, max_length=10)
    expires_at: AwareDatetime | None = Field(None, description="null is never")
    budget: Budget | None = Field(None, description="USD per calendar month; null: only the tenant's counts")


class PatchKey(BaseModel):
    """What to change of a key; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "web, old"}]})

    name: Label = ""
    scopes: list[Scope] = Field([Scope.JOBS], min_length=1, max_length=10)
    expires_at: AwareDatetime | None = None
    budget: Budget | None = None


class PostRotation(BaseModel):
    """For how long the old key stays valid beside the new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_s": 3600}]})

    overlap_s: float = Field(86_400, ge=0, le=90 * 86_400)


class Key(BaseModel):
    """A key, without its secret."""

    id: Id
    tenant_id: Id
    user_id: Id | None
    name: str
    prefix: str = Field(description="how the secret begins", examples=["mm_Jx3kQ9a"])
    scopes: list[str] = Field(examples=[["jobs"]])
    created_at: Time
    expires_at: Time | None
    revoked_at: Time | None
    budget: float | None


class FreshKey(Key):
    """A key that was just made."""

    secret: str = Field(description="shown this once", examples=["mm_Jx3kQ9a…"])


def _budget(row: RowMapping) -> float | None:
    return None if row["budget"] is None else float(row["budget"])


def tenant(row: RowMapping) -> Tenant:
    """Show a tenant."""
    return Tenant(
        id=str(row["id"]),
        budget=_budget(row),
        created_at=iso(row["created_at"]) or "",
        **{name: row[name] for name in ("name", "plan", "own", *LIMITS)},
    )


def key(row: RowMapping) -> Key:
    """Show a key."""
    return Key(
        id=str(row["id"]),
        tenant_id=str(row["tenant_id"]),
        user_id=str(row["user_id"]) if row["user_id"] else None,
        created_at=iso(row["created_at"]) or "",
        expires_at=iso(row["expires_at"]),
        revoked_at=iso(row["revoked_at"]),
        budget=_budget(row),
        **{name: row[name] for name in ("name", "prefix", "scopes")},
    )


def fresh_key(row: RowMapping, secret: str) -> FreshKey:
    """Show a key with its secret."""
    return FreshKey(**key(row).model_dump(), secret=secret)
