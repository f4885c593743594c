"""The route that tells what a job would cost and take."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.limits import StrictJsonRoute
from gateway.problems import refusals
from gateway.queues.facts import read_facts, wait_estimate_s
from gateway.texts import Json

router = APIRouter(tags=["estimates"], route_class=StrictJsonRoute)


class PostEstimate(BaseModel):
    """A job that is not asked for yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "audio.speech", "input": {"text": "Once upon a time."}}]},
    )

    kind: str = Field(max_length=100)
    input: Json


class Estimate(BaseModel):
    """What a job would cost and take."""

    kind: str = Field(examples=["audio.speech"])
    cost: float = Field(description="USD", examples=[0.0])
    duration_s: float = Field(description="from its start to its end", examples=[1.8])
    queue_wait_s: float | None = Field(description="until its start; null while no worker lives", examples=[0.0])
    basis: Literal["history", "manifest"] = Field(description="what the duration is taken from")


@router.post("/v1/estimates", summary="Estimate a job", responses=refusals(400, 413, 422))
async def post_estimate(post: PostEstimate, edge: EdgeOf, owner: Owner) -> Estimate:
    """Tell the expected cost, duration and wait of a job, without making it."""
    kind = edge.registry.kind(post.kind)
    kind.read(post.input)
    async with edge.look() as connection:
        medians = await edge.history.medians(connection)
        facts = await read_facts(edge, connection)
    median = medians.get(kind.name)
    return Estimate(
        kind=kind.name,
        cost=float(kind.manifest.price),
        duration_s=round(median.seconds, 3) if median else kind.manifest.expected_s,
        queue_wait_s=wait_estimate_s(facts[kind.queue], edge.registry, medians),
        basis="history" if median else "manifest",
    )
