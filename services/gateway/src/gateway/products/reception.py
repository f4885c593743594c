"""Who calls a product's route, and what the gateway does for them: ``mediamill_products.caller`` made real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.assets.lending import lent
from gateway.auth import bearer, identify, welcome
from gateway.edge import Edge
from gateway.jobs import present, reading
from gateway.jobs.accepting import Origin, read_request
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import PostJob
from gateway.keyring import Principal
from gateway.products.forms import signed, take_form
from mediamill.assets import queries as asset_queries
from mediamill.contracts import Asset
from mediamill.errors import NotFound
from mediamill.hints import DISPATCH, tenant_topic
from mediamill.jobs import queries
from mediamill.jobs.accept import accept
from mediamill.jobs.states import State
from mediamill.tenants.keys import Scope
from mediamill.tenants.roles import Role
from mediamill_products.caller import Children, Failed, Form, Glimpse, Post, Seen, Stage


async def reception(request: Request) -> Visitor:
    """Let in who has a key with the scope ``jobs``. Raises ``Unauthorized`` or ``Forbidden``."""
    edge: Edge = request.app.state.edge
    principal = await identify(edge, await bearer(request))
    principal.require(Scope.JOBS, request.method)
    return Visitor(edge, principal)


async def welcomed(request: Request) -> Visitor | None:
    """Let in who may plainly come in; everybody else is for ``reception``, which tells them why."""
    edge: Edge = request.app.state.edge
    principal = await welcome(edge, request.method, request.headers)
    return None if principal is None else Visitor(edge, principal)


class Visitor:
    """Somebody with a valid key."""

    def __init__(self, edge: Edge, principal: Principal) -> None:
        self.tenant_id = principal.tenant_id
        self.key_id = principal.key_id
        self.config = edge.config
        self._edge = edge
        self._principal = principal
        self._has_accepted = False

    @property
    def person(self) -> str:
        """Name who it is among the tenant's people: whose key it is, or the key where it is nobody's."""
        return str(self._principal.user_id or self.key_id)

    @property
    def manages(self) -> bool:
        """Whether it is an owner, or the tenant as such: a key that is nobody's is in the hands of its servers."""
        return self._principal.role in {None, Role.OWNER}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Begin a unit of work; after its commit the dispatcher hears of the jobs that were accepted in it."""
        async with self._edge.transaction() as connection:
            yield connection
        if self._has_accepted:
            self._edge.tell(DISPATCH, tenant_topic(self.tenant_id))

    def look(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Connect for reading."""
        return self._edge.look()

    async def accept(self, connection: AsyncConnection, posts: Sequence[Post]) -> list[UUID]:
        """Accept jobs in the caller's transaction, all or none."""
        origin = Origin(self._principal, None, None)
        given = [PostJob.model_validate(post.model_dump(exclude_unset=True)) for post in posts]
        requests = [read_request(self._edge, origin, post) for post in given]
        accepted = await connection.run_sync(accept, requests)
        self._has_accepted = True
        return [made.job_id for made in accepted]

    async def jobs(self, connection: AsyncConnection, job_ids: Sequence[UUID]) -> dict[UUID, Seen]:
        """Give those of the jobs that are there and the tenant's."""
        if not job_ids:
            return {}
        rows = (await connection.execute(queries.whole(self.tenant_id, list(job_ids)))).mappings().all()
        return {row["id"]: seen(row) for row in rows}

    async def job(self, connection: AsyncConnection, job_id: UUID) -> Seen:
        """Give one job. Raises ``NotFound``."""
        return seen(await reading.find(connection, self.tenant_id, job_id))

    async def glimpse(self, job_id: UUID) -> Glimpse:
        """Tell how far a job is. Raises ``NotFound``."""
        row = await self._edge.glimpses.of(self.tenant_id, job_id)
        return Glimpse(
            kind=row.kind,
            state=State(row.state),
            has_begun=row.has_begun,
            input=row.input,
            output=present.with_urls(row.output),
            error=_failed(row.error),
            stage=_stage(row.progress),
            children={kind: Children(*counts) for kind, counts in row.children.items()},
        )

    def offers(self, kind: str) -> bool:
        """Tell whether a kind is installed."""
        return kind in self._edge.registry.kinds

    async def cancel(self, job_id: UUID) -> None:
        """Cancel a job with its children. Raises ``NotFound``."""
        async with canceling(self._edge, self.tenant_id, job_id):
            pass

    async def asset(self, connection: AsyncConnection, asset_id: UUID) -> Asset:
        """Give an asset of the tenant, with a signed URL. Raises ``NotFound``."""
        row = (await connection.execute(asset_queries.one(self.tenant_id, asset_id))).mappings().one_or_none()
        if row is None:
            raise NotFound(f"Asset {asset_id}.")
        return signed(row)

    def file(self, asset: Asset) -> AbstractAsyncContextManager[Path]:
        """Give a local file with an asset's bytes for the length of the block."""
        return lent(self._edge.store, asset.sha256)

    async def form(self, request: Request, *, most_bytes: int | None = None) -> Form:
        """Take a multipart form."""
        limit = self._edge.config.max_upload_bytes
        return await take_form(self._edge, self.tenant_id, request, min(limit, most_bytes or limit))


def seen(row: RowMapping) -> Seen:
    """Show a job's row to a product."""
    return Seen(
        id=row["id"],
        kind=row["kind"],
        state=State(row["state"]),
        input=row["input"],
        output=present.with_urls(row["output"]),
        error=_failed(row["error"]),
        stage=_stage(row["progress"]),
        metadata=row["metadata"],
        cost=Decimal(row["cost"] if row["parent_id"] else row["total_cost"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


def _failed(error: Mapping[str, Any] | None) -> Failed | None:
    return None if error is None else Failed(error["code"], error["message"])


def _stage(progress: Mapping[str, Any] | None) -> Stage | None:
    return None if progress is None else Stage(progress["current"], progress["total"], progress.get("message"))
