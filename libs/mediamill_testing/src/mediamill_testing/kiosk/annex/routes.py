"""Its routes."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mediamill_products.caller import CallerOf, Post
from mediamill_products.catalogue import Surface
from mediamill_testing.kiosk.routes import SURFACE as KIOSK

router = APIRouter()


class Nap(BaseModel):
    """A rest."""

    seconds: float


@router.post("/api/orders", status_code=202)
async def nap(body: Nap, caller: CallerOf) -> dict[str, str]:
    """Accept a rest."""
    async with caller.transaction() as connection:
        (job_id,) = await caller.accept(connection, [Post(kind="test.sleep", input={"seconds": body.seconds})])
    return {"annex_job_id": str(job_id)}


SURFACE = Surface(prefixes=KIOSK.prefixes, shared={"/api/orders": "seconds"}, refuse=KIOSK.refuse)
