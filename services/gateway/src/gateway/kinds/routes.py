"""The routes that tell what can be asked for."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.auth import Anyone
from gateway.edge import EdgeOf
from gateway.kinds.models import Kind, present_for
from gateway.paging import Listed
from gateway.problems import refusals
from mediamill.errors import NotFound

router = APIRouter(tags=["kinds"])


@router.get("/v1/kinds", summary="List the kinds", responses=refusals())
async def list_kinds(edge: EdgeOf, reader: Anyone) -> Listed[Kind]:
    """Give every kind of job that is served here, by name."""
    kinds = [kind for _, kind in sorted(edge.registry.kinds.items())]
    return Listed(data=[present_for(kind, edge.orders.order(kind, reader.tenant_id)) for kind in kinds])


@router.get("/v1/kinds/{kind}", summary="Get a kind", responses=refusals(404))
async def get_kind(kind: str, edge: EdgeOf, reader: Anyone) -> Kind:
    """Give a kind with the schemas of its input and output."""
    if kind not in edge.registry.kinds:
        raise NotFound(f"There is no kind {kind!r}; GET /v1/kinds lists what there is.")
    found = edge.registry.kinds[kind]
    return present_for(found, edge.orders.order(found, reader.tenant_id))
