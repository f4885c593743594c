"""What a product's route may ask of the gateway: who calls, and what the gateway does for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.contracts import Asset
from mediamill.jobs.states import State
from mediamill.settings import Settings


class Post(BaseModel):
    """A job that a product wants made; what is not said is as in ``POST /v1/jobs``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    input: dict[str, Any]
    priority: int = 5
    metadata: dict[str, str] = {}
    cache: str = "off"
    provider: str | None = None
    max_cost: Decimal | None = None


class Failed(NamedTuple):
    """Why a job failed."""

    code: str
    message: str


class Stage(NamedTuple):
    """How far a job is: ``current`` of ``total``, and in words."""

    current: float
    total: float
    message: str | None


class Seen(NamedTuple):
    """A job as a product sees it."""

    id: UUID
    kind: str
    state: State
    input: Mapping[str, Any]
    output: Mapping[str, Any] | None
    """With signed, short-lived URLs in its assets."""
    error: Failed | None
    stage: Stage | None
    metadata: Mapping[str, str]
    cost: Decimal
    """USD, with all that it began."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Children(NamedTuple):
    """How many children of one kind a job has begun, and how many of them have succeeded."""

    succeeded: int
    begun: int


class Glimpse(NamedTuple):
    """A job as somebody sees it who looks every other second: no more than changes, and what it ended with."""

    kind: str
    state: State
    has_begun: bool
    """Whether it ever ran: a job that waited for children is in line once more when they have ended."""
    input: Mapping[str, Any] | None
    """Only while the job has told no stage of its own."""
    output: Mapping[str, Any] | None
    """With signed, short-lived URLs in its assets."""
    error: Failed | None
    stage: Stage | None
    children: Mapping[str, Children]
    """By kind; none any more when the job has ended."""


class Form(NamedTuple):
    """A multipart form: its texts, and its files, which are assets of the tenant now."""

    texts: Mapping[str, str]
    files: Mapping[str, Asset]
    names: Mapping[str, str]
    """What the client calls each of the files."""


class Caller(Protocol):
    """Somebody with a valid key, and what the gateway does for them. Everything is held to their tenant."""

    tenant_id: UUID
    key_id: UUID
    config: Settings

    @property
    def person(self) -> str:
        """Name who it is among the tenant's people, as well as the key tells: limits per user count by it."""

    @property
    def manages(self) -> bool:
        """Whether it is an owner of the tenant, or the tenant as such, by a key that is nobody's in particular."""

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Begin a unit of work, committed when the block ends; then those whom it concerns hear of new jobs."""

    def look(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Connect for reading; every statement is a transaction of its own."""

    async def accept(self, connection: AsyncConnection, posts: Sequence[Post]) -> list[UUID]:
        """Accept jobs in the caller's transaction, all or none: what a product writes beside them stands or falls too.

        Raises ``InvalidInput``, ``OverQuota``, ``OutOfBudget`` as ``POST /v1/jobs`` does.
        """

    async def jobs(self, connection: AsyncConnection, job_ids: Sequence[UUID]) -> dict[UUID, Seen]:
        """Give those of the jobs that are there and the tenant's, by a fixed number of statements."""

    async def job(self, connection: AsyncConnection, job_id: UUID) -> Seen:
        """Give one job. Raises ``NotFound``, also for another tenant's."""

    async def glimpse(self, job_id: UUID) -> Glimpse:
        """Tell how far a job is, at next to no cost: those who look about the same time share a statement.

        Raises ``NotFound``, also for another tenant's.
        """

    def offers(self, kind: str) -> bool:
        """Tell whether a kind is installed here."""

    async def cancel(self, job_id: UUID) -> None:
        """Cancel a job with its children. Raises ``NotFound``."""

    async def asset(self, connection: AsyncConnection, asset_id: UUID) -> Asset:
        """Give an asset of the tenant, with a signed URL. Raises ``NotFound``."""

    def file(self, asset: Asset) -> AbstractAsyncContextManager[Path]:
        """Give a local, read-only file with the bytes of an asset that is the tenant's, for the length of the block."""

    async def form(self, request: Request, *, most_bytes: int | None = None) -> Form:
        """Take a multipart form; its files are streamed, looked at and kept.

        With ``most_bytes`` all of it may have no more than that. Raises ``InvalidRequest``, ``TooLarge``,
        ``OverStorage`` or ``UnsupportedMedia``.
        """


_bearer = HTTPBearer(scheme_name="key", description="A key of your tenant: mm_…", auto_error=False)


async def _caller(request: Request, _: Annotated[object, Depends(_bearer)]) -> Caller:
    found: Caller = await request.app.state.reception(request)
    return found


CallerOf = Annotated[Caller, Depends(_caller)]
"""The dependency that lets in any key with the scope ``jobs``; 401 or 403 for others."""
