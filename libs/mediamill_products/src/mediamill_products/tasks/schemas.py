"""What clients of media tasks read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from mediamill_products.standing import Standing


class Offer(BaseModel):
    """A task that may be begun."""

    name: str
    kind: str = Field(description="the kind that does it; GET /v1/kinds/{kind} tells its fields")
    does: str
    renamed: dict[str, str] = Field(description="parameters that the kind calls otherwise")
    installed: bool


class Catalogue(BaseModel):
    """All tasks."""

    tasks: list[Offer]


class Accepted(BaseModel):
    """A task that was begun; the job's id is the task's."""

    task_id: str
    job_id: str
    task: str
    status: Standing = Standing.PENDING


class Stage(BaseModel):
    """How far a task is."""

    current: float
    total: float
    message: str | None


class TaskStatus(BaseModel):
    """Where a task is."""

    task_id: str
    job_id: str
    task: str | None = Field(description="the task's name; null for a kind that no task has")
    kind: str
    status: Standing
    progress: Stage | None
    result: Mapping[str, Any] | None = Field(description="the kind's output, with signed URLs in its assets")
    error: str | None
