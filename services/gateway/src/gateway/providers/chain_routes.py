"""The operator's routes of chains: in which order providers serve a kind, for everybody or for one tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy.exc import IntegrityError

from gateway.auth import Operator
from gateway.edge import Edge, EdgeOf
from gateway.limits import StrictJsonRoute
from gateway.paging import Listed
from gateway.problems import refusals
from gateway.providers.models import Chain, PutChain
from mediamill.clock import iso
from mediamill.errors import InvalidInput, NotFound
from mediamill.hints import DISPATCH
from mediamill.jobs.offers import can_serve, standard_order
from mediamill.jobs.wake import wake_rested
from mediamill.providers.orders import set_chain, set_chains, switches, unset_chain
from mediamill.queues.registry import Kind

router = APIRouter(tags=["providers"], route_class=StrictJsonRoute)

KindName = Annotated[str, Path(examples=["image.generate"])]
TenantId = Annotated[UUID | None, Query(description="the tenant whose order it is; else everybody's")]


@router.get("/v1/chains", summary="List the orders of providers", responses=refusals())
async def list_chains(edge: EdgeOf, operator: Operator) -> Listed[Chain]:
    """Give who serves each kind that more than one provider can serve, and what was set for single tenants."""
    return Listed(data=await _show(edge))


@router.put("/v1/chains/{kind}", summary="Set who serves a kind", responses=refusals(400, 404, 422))
async def put_chain(kind: KindName, put: PutChain, edge: EdgeOf, operator: Operator) -> Chain:
    """Set the order. It holds from the next turn of any job on; jobs that name a provider do not feel it."""
    served = _kind(edge, kind)
    if strangers := [name for name in put.providers if name not in served.manifest.providers]:
        wrong = f"{kind} has no provider {strangers[0]!r}; there are: {', '.join(served.manifest.providers)}"
        raise InvalidInput(f"{wrong}.", errors=[(["providers", put.providers.index(strangers[0])], wrong)])
    try:
        async with edge.transaction() as connection:
            await connection.execute(set_chain(kind, put.tenant_id, put.providers))
            await connection.run_sync(wake_rested)
    except IntegrityError as error:
        raise NotFound(f"Tenant {put.tenant_id}.") from error
    edge.tell(DISPATCH)
    await edge.orders.refresh()
    return next(chain for chain in await _show(edge) if _is(chain, kind, put.tenant_id))


@router.delete("/v1/chains/{kind}", status_code=204, summary="Forget an order", responses=refusals(404, 422))
async def delete_chain(kind: KindName, edge: EdgeOf, operator: Operator, tenant_id: TenantId = None) -> None:
    """Go back to what holds without it."""
    _kind(edge, kind)
    async with edge.transaction() as connection:
        if (await connection.execute(unset_chain(kind, tenant_id))).first() is None:
            raise NotFound(f"No order of {kind} was set{f' for tenant {tenant_id}' if tenant_id else ''}.")
    await edge.orders.refresh()


def _kind(edge: Edge, name: str) -> Kind:
    if name not in edge.registry.kinds:
        raise NotFound(f"There is no kind {name!r}; GET /v1/kinds lists what there is.")
    return edge.registry.kinds[name]


def _is(chain: Chain, kind: str, tenant_id: UUID | None) -> bool:
    return (chain.kind, chain.tenant_id) == (kind, str(tenant_id) if tenant_id else None)


async def _show(edge: Edge) -> list[Chain]:
    async with edge.look() as connection:
        rows = (await connection.execute(set_chains())).mappings().all()
        off = {row["provider"] for row in (await connection.execute(switches())).mappings() if not row["enabled"]}
    shown = [
        chain
        for _, kind in sorted(edge.registry.kinds.items())
        for chain in _of_kind(edge, kind, [row for row in rows if row["kind"] == kind.name])
    ]
    return [
        chain.model_copy(update={"serving": [name for name in chain.serving if name not in off]}) for chain in shown
    ]


def _of_kind(edge: Edge, kind: Kind, rows: list[Any]) -> Iterator[Chain]:
    if len(kind.manifest.providers) > 1 and not any(row["tenant_id"] is None for row in rows):
        order = standard_order(kind)
        by = "settings" if edge.config.chains.get(kind.name) else "manifest"
        yield _chain(kind, order, tenant_id=None, set_by=by, set_at=None)
    for row in rows:
        yield _chain(kind, row["providers"], tenant_id=row["tenant_id"], set_by="operator", set_at=row["set_at"])


def _chain(kind: Kind, order: Any, *, tenant_id: UUID | None, set_by: Any, set_at: Any) -> Chain:
    return Chain(
        kind=kind.name,
        tenant_id=str(tenant_id) if tenant_id else None,
        providers=list(order),
        serving=[name for name in order if can_serve(kind, name)],
        set_by=set_by,
        set_at=iso(set_at),
    )
