"""What is posted to make a job, and what a job looks like."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from gateway.estimates.eta import Eta
from gateway.texts import Id, Json, Time
from gateway.webhooks.models import PostWebhook
from mediamill.jobs.states import State

_ID = "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b"
_MONTH_S = 30 * 86_400

MetadataKey = Annotated[str, StringConstraints(min_length=1, max_length=64)]
MetadataText = Annotated[str, StringConstraints(max_length=1000)]


class PostJob(BaseModel):
    """A request for one job."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "image.generate",
                    "input": {"prompt": "a lighthouse by the sea at night", "size": "1280x720"},
                    "metadata": {"user": "42"},
                }
            ]
        },
    )

    kind: str = Field(description="one of GET /v1/kinds", max_length=100, examples=["image.generate"])
    input: Json = Field(description="fits the kind's input_schema")
    priority: int = Field(5, ge=0, le=9, strict=True, description="9 goes first, among the tenant's own jobs")
    webhook: PostWebhook | None = Field(None, description="told of this job; signed with GET /v1/webhooks/secret")
    metadata: dict[MetadataKey, MetadataText] = Field({}, max_length=64, description="yours; returned as it is")
    cache: Literal["off", "reuse"] = Field(
        "off", description="reuse: the answer of an equal job that succeeded or is under way"
    )
    max_cost: Decimal | None = Field(None, ge=0, le=1_000_000, description="USD; a dearer job is refused")
    deadline_s: float | None = Field(None, gt=0, le=_MONTH_S, description="fails as 'timeout' if not done by then")
    run_at: AwareDatetime | None = Field(None, description="not before this time")
    provider: str | None = Field(None, max_length=100, description="one of the kind's providers; else the first")


class Revise(BaseModel):
    """A job again, with something changed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"input": {"changes": [{"scene": 4, "image_prompt": "a lighthouse by the sea at dawn"}]}}]
        },
    )

    input: Json = Field(
        description="the fields to replace; null puts one back to its default. Changes of scenes add to those before"
    )
    priority: int | None = Field(None, ge=0, le=9, strict=True, description="the revised job's by default")
    webhook: PostWebhook | None = Field(None, description="told of the new job")
    metadata: dict[MetadataKey, MetadataText] = Field(
        {}, max_length=32, description="added to the revised job's; 'revises' names that job"
    )
    max_cost: Decimal | None = Field(None, ge=0, le=1_000_000, description="USD; a dearer job is refused")
    deadline_s: float | None = Field(None, gt=0, le=_MONTH_S, description="fails as 'timeout' if not done by then")


class PostBatch(BaseModel):
    """A request for many jobs: all are accepted or none."""

    model_config = ConfigDict(extra="forbid")

    jobs: list[PostJob] = Field(min_length=1, max_length=1000)


Failure = TypedDict("Failure", {"code": str, "message": str, "class": str, "provider": NotRequired[str | None]})
"""Why a job failed; ``class`` tells whether another try may help."""


class Progress(TypedDict):
    """How far a job is."""

    current: float
    total: float
    message: str | None


class WaitingFor(BaseModel):
    """What keeps a job from running now."""

    reason: Literal[
        "line",
        "tenant_limit",
        "kind_limit",
        "provider_limit",
        "no_worker",
        "paused_queue",
        "backoff",
        "schedule",
        "child_jobs",
        "prediction",
        "provider_rest",
        "signal",
        "timer",
        "coalesced",
    ]
    until: Time | None = Field(description="when that ends, where time ends it")
    detail: str = Field(examples=["3 jobs of the tenant run; its limit is 3."])


class Job(BaseModel):
    """A job."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _ID,
                    "kind": "image.generate",
                    "queue": "image",
                    "state": "running",
                    "priority": 5,
                    "input": {"prompt": "a lighthouse by the sea at night"},
                    "output": None,
                    "error": None,
                    "progress": {"current": 2, "total": 4, "message": "drawing"},
                    "attempt": 1,
                    "crashes": 0,
                    "parent_id": None,
                    "root_id": _ID,
                    "provider": "local",
                    "cost": 0.0,
                    "total_cost": 0.0,
                    "metadata": {"user": "42"},
                    "created_at": "2026-11-24T12:00:00.000Z",
                    "started_at": "2026-11-24T12:00:00.120Z",
                    "finished_at": None,
                    "queue_position": None,
                    "waiting_for": None,
                    "eta": None,
                }
            ]
        }
    )

    id: Id
    kind: str
    queue: str
    state: State
    priority: int
    input: Json
    output: Json | None = Field(description="fits the kind's output_schema; assets in it carry a signed url")
    error: Failure | None
    progress: Progress | None
    attempt: int
    crashes: int = Field(description="workers that ended while they ran it")
    parent_id: Id | None
    root_id: Id
    provider: str | None
    cost: float = Field(description="USD spent so far by the job itself")
    total_cost: float | None = Field(
        None, description="the same with all that it began, for a job without a parent; told by GET /v1/jobs/{id} alone"
    )
    metadata: dict[str, str]
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    queue_position: int | None = Field(
        description="about how many jobs are served before it, while it is in line; null otherwise, and in the answer "
        "to a POST that found others in line: nobody has counted yet, GET does"
    )
    waiting_for: WaitingFor | None = Field(
        None, description="why it does not run, while it is queued or waiting; told by GET /v1/jobs/{id} alone"
    )
    eta: Eta | None = Field(
        None, description="when it will have ended, while it is queued; told by GET /v1/jobs/{id} alone"
    )


class Step(BaseModel):
    """One entry of a job's journal."""

    ordinal: int = Field(description="its place, from 0", examples=[0])
    name: str = Field(examples=["draw"])
    type: str = Field(description="step, effect, children, timer or signal", examples=["step"])
    state: str = Field(description="intent: begun, result unknown; done: never run again", examples=["done"])
    result: Any | None
    started_at: Time
    finished_at: Time | None
