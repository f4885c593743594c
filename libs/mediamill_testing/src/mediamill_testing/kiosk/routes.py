"""Its routes."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from mediamill_products.caller import Caller, CallerOf, Post
from mediamill_products.catalogue import Poll, Surface
from mediamill_products.refusals import Refused, Told

router = APIRouter()


class SoldOut(Exception):
    """Nothing is left."""


class Order(BaseModel):
    """Steps that are wanted."""

    n: int


@router.post("/api/orders", status_code=202)
async def order(body: Order, caller: CallerOf, *, fail: bool = False) -> dict[str, Any]:
    """Accept a job, and nothing of it if what comes after it in the same transaction fails."""
    async with caller.transaction() as connection:
        (job_id,) = await caller.accept(connection, [Post(kind="test.steps", input={"n": body.n})])
        if fail:
            raise SoldOut
    return {"job_id": str(job_id)}


@router.get("/api/orders/{job_id}")
async def look(job_id: UUID, caller: CallerOf) -> dict[str, Any]:
    """Show a job."""
    async with caller.look() as connection:
        seen = await caller.job(connection, job_id)
        several = await caller.jobs(connection, [job_id])
    return {"state": seen.state, "input": seen.input, "same": several == {job_id: seen}}


@router.get("/api/orders/{job_id}/stage")
async def stage(job_id: UUID, caller: CallerOf) -> dict[str, Any]:
    """Tell how far a job is, on the long way."""
    return {**await _told(caller, job_id), "way": "long"}


async def _stage(caller: Caller, rest: str) -> bytes | None:
    job_id, _, what = rest.partition("/")
    if what != "stage" or len(job_id) != 36:
        return None
    return json.dumps({**await _told(caller, UUID(job_id)), "way": "short"}).encode()


async def _told(caller: Caller, job_id: UUID) -> dict[str, Any]:
    glimpse = await caller.glimpse(job_id)
    return {
        "state": glimpse.state,
        "begun": glimpse.has_begun,
        "input": glimpse.input,
        "children": glimpse.children,
        "stage": glimpse.stage,
        "output": glimpse.output,
        "error": glimpse.error,
    }


@router.post("/api/orders/photo", status_code=201)
async def photo(request: Request, caller: CallerOf) -> dict[str, Any]:
    """Keep a form's files."""
    form = await caller.form(request)
    return {"texts": form.texts, "files": {name: asset.media_type for name, asset in form.files.items()}}


def _in_capitals(refused: Refused) -> Told:
    return Told(refused.status, {"success": False, "error": refused.detail.upper()})


SURFACE = Surface(
    prefixes=("/api/orders",),
    uploads=("/api/orders/photo",),
    polls=(Poll("/api/orders/", _stage),),
    shared={"/api/orders": "n"},
    refuse=_in_capitals,
)
