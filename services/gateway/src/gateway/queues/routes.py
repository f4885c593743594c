"""The routes that tell how the queues are, and stop and start them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Anyone, Operator
from gateway.edge import Edge, EdgeOf
from gateway.paging import Listed
from gateway.problems import refusals
from gateway.queues.facts import read_facts, wait_estimate_s
from mediamill.hints import DISPATCH
from mediamill.queues import queries

router = APIRouter(tags=["queues"])

QueueName = Annotated[str, Path(examples=["image"])]


class Queue(BaseModel):
    """How a queue is."""

    queue: str = Field(examples=["image"])
    summary: str
    depth: int = Field(description="jobs in line", examples=[12])
    running: int = Field(examples=[4])
    waiting: int = Field(description="jobs that are parked and hold no slot", examples=[300])
    oldest_age_s: float = Field(description="how long the oldest job in line has been due", examples=[3.2])
    workers: int = Field(description="that live and take work", examples=[2])
    slots: int = Field(description="jobs that they run at once", examples=[4])
    wait_estimate_s: float | None = Field(
        description="for a job that comes now; null while no worker lives", examples=[7.5]
    )
    paused: bool


@router.get("/v1/queues", summary="List the queues", responses=refusals())
async def list_queues(edge: EdgeOf, reader: Anyone) -> Listed[Queue]:
    """Give every queue with its backlog and its workers."""
    async with edge.look() as connection:
        facts = await read_facts(edge, connection)
        return Listed(data=[await _present(edge, connection, row) for row in facts.values()])


@router.post("/v1/queues/{queue}/pause", summary="Pause a queue", responses=refusals(404))
async def pause_queue(queue: QueueName, edge: EdgeOf, operator: Operator) -> Queue:
    """Hand over no more jobs of a queue. Jobs are still accepted, and what runs goes on."""
    return await _set_paused(edge, queue, paused=True)


@router.post("/v1/queues/{queue}/resume", summary="Resume a queue", responses=refusals(404))
async def resume_queue(queue: QueueName, edge: EdgeOf, operator: Operator) -> Queue:
    """Hand over jobs again."""
    return await _set_paused(edge, queue, paused=False)


async def _set_paused(edge: Edge, queue: str, *, paused: bool) -> Queue:
    edge.registry.queue(queue)
    async with edge.transaction() as connection:
        await connection.execute(queries.set_paused(queue, paused=paused))
        facts = await read_facts(edge, connection)
        shown = await _present(edge, connection, facts[queue])
    edge.tell(DISPATCH)
    return shown


async def _present(edge: Edge, connection: AsyncConnection, facts: RowMapping) -> Queue:
    runs = await edge.history.runs(connection)
    return Queue(
        **{name: facts[name] for name in Queue.model_fields if name in facts},
        summary=edge.registry.queue(facts["queue"]).manifest.queue.summary,
        wait_estimate_s=wait_estimate_s(facts, edge.registry, runs),
    )
