"""What providers, their circuits and their orders look like."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from gateway.texts import Id, Time
from mediamill.clock import iso, now
from mediamill.settings import ProviderLimit

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Circuit(BaseModel):
    """A model that failed lately; one that is well is not listed."""

    model: str = Field(examples=["black-forest-labs/flux-schnell"])
    state: Literal["closed", "open", "probing"] = Field(
        description="open: nobody asks it; probing: its rest is over, and the next job shows whether it is well"
    )
    failures: int = Field(description="in a row; five open it", examples=[5])
    opened_at: Time | None
    retry_at: Time | None = Field(description="when the next job may try it")
    reason: str = Field(description="what the last failure said", examples=["replicate answered 500"])


class Limits(BaseModel):
    """What may be asked of it by all tenants together; null is no limit."""

    running: int | None = Field(description="jobs at once", examples=[10])
    per_minute: float | None = Field(description="jobs that begin", examples=[600])


class Provider(BaseModel):
    """Who can make things."""

    name: str = Field(examples=["replicate"])
    kinds: list[str] = Field(description="what it can serve", examples=[["image.generate"]])
    configured: bool = Field(description="whether its key is set, or none is needed")
    enabled: bool = Field(description="whether operators let it serve")
    reason: str = Field(description="why it was switched", examples=["invoices are overdue"])
    circuits: list[Circuit]
    limits: Limits


class PutProvider(BaseModel):
    """A switch."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"enabled": False, "reason": "invoices are overdue"}]}
    )

    enabled: bool
    reason: str = Field("", max_length=500)


class Chain(BaseModel):
    """Who serves a kind."""

    kind: str = Field(examples=["image.generate"])
    tenant_id: Id | None = Field(description="whose order it is; null: of all who have none of their own")
    providers: list[str] = Field(description="first to last", examples=[["replicate", "fal", "local"]])
    serving: list[str] = Field(
        description="those of them that can serve now: switched on, with a key, not past their sunset",
        examples=[["replicate", "local"]],
    )
    set_by: Literal["operator", "settings", "manifest"]
    set_at: Time | None = Field(description="null where no operator did")


class PutChain(BaseModel):
    """An order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"providers": ["replicate", "fal", "local"]}]}
    )

    providers: list[Name] = Field(min_length=1, max_length=20, description="first to last")
    tenant_id: UUID | None = Field(None, description="for one tenant; else for all that have no order of their own")

    @field_validator("providers")
    @classmethod
    def _are_different(cls, providers: list[str]) -> list[str]:
        if len(set(providers)) != len(providers):
            raise ValueError("a provider is named twice")
        return providers


def circuit(row: Any) -> Circuit:
    """Show a circuit."""
    is_resting = row["opened_at"] is not None and row["retry_at"] > now()
    state: Literal["closed", "open", "probing"] = "probing" if row["opened_at"] is not None else "closed"
    return Circuit(
        model=row["model"],
        state="open" if is_resting else state,
        failures=row["failures"],
        opened_at=iso(row["opened_at"]),
        retry_at=iso(row["retry_at"]),
        reason=row["reason"],
    )


def limits(limit: ProviderLimit | None) -> Limits:
    """Show a limit, or that there is none."""
    return Limits(**limit.model_dump()) if limit is not None else Limits(running=None, per_minute=None)
