"""The route that tells what a job would cost and take."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Owner
from gateway.edge import Edge, EdgeOf
from gateway.estimates.eta import Eta, Known, eta
from gateway.estimates.forecast import Load
from gateway.limits import StrictJsonRoute
from gateway.problems import refusals
from gateway.queues.facts import read_crew, read_facts, wait_estimate_s
from gateway.texts import Json
from mediamill import clock
from mediamill.errors import InvalidInput
from mediamill.ids import uuid7
from mediamill.queues.positions import places, position_of_a_newcomer
from mediamill.queues.registry import Kind

router = APIRouter(tags=["estimates"], route_class=StrictJsonRoute)


class PostEstimate(BaseModel):
    """A job that is not asked for yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "audio.speech", "input": {"text": "Once upon a time."}}]},
    )

    kind: str = Field(max_length=100)
    input: Json
    provider: str | None = Field(
        None, max_length=100, description="one of the kind's providers; else who comes first in the order"
    )


class Offer(BaseModel):
    """What it would cost with a provider."""

    provider: str = Field(examples=["local"])
    cost: float = Field(description="USD", examples=[0.0])


class Estimate(BaseModel):
    """What a job would cost and take."""

    kind: str = Field(examples=["audio.speech"])
    provider: str = Field(description="who is expected to serve", examples=["local"])
    cost: float = Field(description="USD; what is reserved when it is accepted", examples=[0.0])
    order: list[Offer] = Field(
        description="who serves, first to last, and for what; a job may come to the last of them"
    )
    duration_s: float = Field(description="from its start to its end", examples=[1.8])
    queue_wait_s: float | None = Field(description="until its start; null while no worker lives", examples=[0.0])
    basis: Literal["history", "manifest"] = Field(description="what the duration is taken from")
    eta: Eta | None = Field(description="when it would have ended if it came now; null while no worker lives")


@router.post("/v1/estimates", summary="Estimate a job", responses=refusals(400, 413, 422))
async def post_estimate(post: PostEstimate, edge: EdgeOf, owner: Owner) -> Estimate:
    """Tell the expected cost, duration and wait of a job, without making it."""
    kind = edge.registry.kind(post.kind)
    ask = kind.read(post.input)
    order = (post.provider,) if post.provider is not None else edge.orders.order(kind, owner.tenant_id)
    if post.provider is not None and (wrong := kind.objection(post.provider)) is not None:
        raise InvalidInput(f"{wrong}.", errors=[(["provider"], wrong)])
    provider = post.provider or edge.orders.head(kind, owner.tenant_id)
    async with edge.look() as connection:
        runs = await edge.history.runs(connection)
        facts = await read_facts(edge, connection)
        expected = await _eta(edge, connection, owner.tenant_id, kind)
    usual = runs.get(kind.name)
    return Estimate(
        kind=kind.name,
        provider=provider,
        cost=float(kind.price(ask, provider)),
        order=[Offer(provider=name, cost=float(kind.price(ask, name))) for name in order],
        duration_s=round(usual.seconds, 3) if usual else kind.manifest.expected_s,
        queue_wait_s=wait_estimate_s(facts[kind.queue], edge.registry, runs),
        basis="history" if usual else "manifest",
        eta=expected,
    )


async def _eta(edge: Edge, connection: AsyncConnection, tenant_id: UUID, kind: Kind) -> Eta | None:
    job_id = uuid7()
    given = {"job_id": job_id, "queue": kind.queue, "tenant_id": tenant_id, "step_ms": edge.config.age_step_ms}
    place = places(tenant_id, await connection.execute(position_of_a_newcomer(), given))[job_id]
    crew = await read_crew(edge, connection, kind.queue)
    known = Known(await edge.history.runs(connection), edge.registry)
    return eta(clock.now(), kind, Load(place.position, crew["slots"], crew["busy"]), crew["mix"], known)
