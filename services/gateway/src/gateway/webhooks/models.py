"""What is posted to be told of events, and what endpoints and deliveries look like."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import RowMapping

from gateway.texts import Id, Time
from mediamill.clock import iso
from mediamill.events.model import EventType
from mediamill.webhooks.dialects import NATIVE
from mediamill.webhooks.queries import USUAL
from mediamill.webhooks.urls import LONGEST, RefusedUrl, read_url

_URL = "https://example.com/hooks/mediamill"

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Events = Annotated[list[EventType], Field(min_length=1, max_length=len(EventType))]


class PostWebhook(BaseModel):
    """Somebody who wants to be told."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": _URL, "events": ["job.succeeded", "job.failed"]}]}
    )

    dialect: ClassVar[str] = NATIVE
    """In whose words it is told; a surface derives a class with its own."""

    url: Url = Field(description="http or https, on the public internet")
    events: Events | None = Field(None, description="left out: all but job.progress and job.log")

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        try:
            read_url(url)
        except RefusedUrl as refused:
            raise PydanticCustomError("url", "{why}", {"why": str(refused)}) from None
        return url

    def types(self) -> list[str] | None:
        """Give what is told, each once."""
        return None if self.events is None else sorted({str(type_) for type_ in self.events})


class Webhook(BaseModel):
    """An endpoint: a URL that is told of a tenant's events."""

    id: Id
    url: str = Field(examples=[_URL])
    events: list[EventType]
    disabled_at: Time | None = Field(description="since when nothing is sent there any more; null while it works")
    disabled_reason: str | None
    created_at: Time


class FreshWebhook(Webhook):
    """A new endpoint, with what its messages are signed with."""

    secret: str = Field(description="shown once; verify messages with it", examples=["whsec_…"])


class WebhookSecret(BaseModel):
    """What the messages of jobs with a webhook of their own are signed with."""

    secret: str = Field(examples=["whsec_…"])


class Try(BaseModel):
    """One try to deliver."""

    at: Time
    status: int | None = Field(description="what the receiver answered; null when it did not")
    error: str | None = Field(description="why it does not count as delivered; null when it does")
    duration_ms: int


class Delivery(BaseModel):
    """One event on its way to one endpoint."""

    id: Id
    message_id: str = Field(
        description="the webhook-id header, the same on every try", examples=["msg_0197a3b05f6e7c1d"]
    )
    type: EventType
    job_id: Id
    seq: int
    state: Literal["pending", "sending", "delivered", "failed"]
    attempts: int
    next_attempt_at: Time | None
    tries: list[Try] = Field(description="what came of the latest tries, oldest first")
    created_at: Time
    delivered_at: Time | None


def webhook(row: RowMapping) -> Webhook:
    """Show an endpoint."""
    return Webhook(**_shown(row))


def fresh_webhook(row: RowMapping, secret: str) -> FreshWebhook:
    """Show a new endpoint."""
    return FreshWebhook(**_shown(row), secret=secret)


def delivery(row: RowMapping, message: str) -> Delivery:
    """Show a delivery."""
    due: datetime | None = row["due_at"] if row["state"] == "pending" else None
    return Delivery(
        id=str(row["id"]),
        message_id=message,
        job_id=str(row["job_id"]),
        next_attempt_at=iso(due),
        created_at=iso(row["created_at"]) or "",
        delivered_at=iso(row["delivered_at"]),
        **{name: row[name] for name in ("type", "seq", "state", "attempts", "tries")},
    )


def _shown(row: RowMapping) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "url": row["url"],
        "events": [*USUAL] if row["events"] is None else row["events"],
        "disabled_at": iso(row["disabled_at"]),
        "disabled_reason": row["disabled_reason"],
        "created_at": iso(row["created_at"]) or "",
    }
