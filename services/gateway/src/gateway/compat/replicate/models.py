"""What Replicate's clients post, and what they read beside predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from gateway.texts import Json
from gateway.webhooks.models import PostWebhook
from mediamill.events.model import EventType

T = TypeVar("T")

EventName = Literal["start", "output", "logs", "completed"]

COMPLETED = (EventType.SUCCEEDED, EventType.FAILED, EventType.CANCELED)
TOLD_BY: dict[EventName, Sequence[EventType]] = {
    "start": (EventType.STARTED,),
    "output": (EventType.ASSET,),
    "logs": (EventType.LOG, EventType.PROGRESS),
    "completed": COMPLETED,
}


class Webhook(PostWebhook):
    """Somebody who is told predictions."""

    dialect: ClassVar[str] = "replicate"


class PostPrediction(BaseModel):
    """A request for a prediction; what we do not know in it beside the input, such as ``stream``, asks for nothing."""

    input: Json
    version: str | None = None
    webhook: str | None = None
    webhook_completed: str | None = None
    webhook_events_filter: list[EventName] | None = None


class Page(BaseModel, Generic[T]):
    """Some of a list; the addresses of its neighbours are absolute."""

    previous: str | None = None
    next: str | None = None
    results: list[T]


class Version(BaseModel):
    """The contract of a kind."""

    id: str
    created_at: str
    cog_version: str
    openapi_schema: Json


class Model(BaseModel):
    """A kind."""

    url: str
    owner: str
    name: str
    description: str
    visibility: Literal["public"] = "public"
    github_url: str | None = None
    paper_url: str | None = None
    license_url: str | None = None
    run_count: int = 0
    """Not counted: that would be a look at everybody's jobs for a number that says nothing here."""
    cover_image_url: str | None = None
    default_example: Any | None = None
    latest_version: Version


class Collection(BaseModel):
    """A queue."""

    name: str
    slug: str
    description: str
    models: list[Model]


class Configuration(BaseModel):
    """How a deployment scales, which is not decided here."""

    hardware: str = "cpu"
    min_instances: int = 0
    max_instances: int = 1


class Release(BaseModel):
    """What a deployment serves."""

    number: int = 1
    model: str
    version: str
    created_at: str
    configuration: Configuration = Configuration()


class Deployment(BaseModel):
    """A model under the name that a client deployed it by."""

    owner: str
    name: str
    current_release: Release


class Hardware(BaseModel):
    """What models run on."""

    name: str
    sku: str


class Account(BaseModel):
    """A tenant."""

    type: Literal["organization"] = "organization"
    username: str
    name: str
    github_url: str | None = None


class SigningSecret(BaseModel):
    """What webhooks are signed with."""

    key: str = Field(examples=["whsec_…"])


class File(BaseModel):
    """An asset."""

    id: str
    name: str
    content_type: str
    size: int
    etag: str
    checksums: dict[str, str]
    metadata: Json = {}
    created_at: str
    expires_at: str | None = None
    urls: dict[str, str]
