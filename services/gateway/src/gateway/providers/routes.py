"""The operator's routes of providers: how they are, and whether they may serve."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Operator
from gateway.edge import Edge, EdgeOf
from gateway.limits import StrictJsonRoute
from gateway.paging import Listed
from gateway.problems import refusals
from gateway.providers.models import Circuit, Provider, PutProvider, circuit, limits
from mediamill.errors import NotFound
from mediamill.hints import DISPATCH
from mediamill.jobs.wake import wake_rested
from mediamill.providers.circuits import troubled
from mediamill.providers.credentials import configured
from mediamill.providers.orders import switch, switches
from mediamill.queues.registry import Registry

router = APIRouter(tags=["providers"], route_class=StrictJsonRoute)

ProviderName = Annotated[str, Path(examples=["replicate"])]


@router.get("/v1/providers", summary="List the providers", responses=refusals())
async def list_providers(edge: EdgeOf, operator: Operator) -> Listed[Provider]:
    """Give every provider of a kind that is served here, with its switch, its circuits and its limits."""
    async with edge.look() as connection:
        return Listed(data=await _show(edge, connection))


@router.put("/v1/providers/{name}", summary="Switch a provider", responses=refusals(400, 404, 422))
async def put_provider(name: ProviderName, put: PutProvider, edge: EdgeOf, operator: Operator) -> Provider:
    """Let a provider serve, or not. It holds from the next turn of any job on; what it has begun is not thrown away."""
    if name not in kinds_of_providers(edge.registry):
        raise NotFound(f"There is no provider {name!r}; GET /v1/providers lists them.")
    async with edge.transaction() as connection:
        await connection.execute(switch(name, put.reason, enabled=put.enabled))
        await connection.run_sync(wake_rested)
        shown = await _show(edge, connection)
    edge.tell(DISPATCH)
    await edge.orders.refresh()
    return next(provider for provider in shown if provider.name == name)


def kinds_of_providers(registry: Registry) -> dict[str, list[str]]:
    """Give the kinds that each provider serves, by its name."""
    served: defaultdict[str, list[str]] = defaultdict(list)
    for kind in sorted(registry.kinds.values(), key=lambda kind: kind.name):
        for provider in kind.manifest.providers:
            served[provider].append(kind.name)
    return dict(sorted(served.items()))


async def _show(edge: Edge, connection: AsyncConnection) -> list[Provider]:
    switched = {row["provider"]: row for row in (await connection.execute(switches())).mappings()}
    failing: defaultdict[str, list[Circuit]] = defaultdict(list)
    for row in (await connection.execute(troubled())).mappings():
        failing[row["provider"]].append(circuit(row))
    return [
        Provider(
            name=name,
            kinds=kinds,
            configured=configured(name),
            enabled=switched[name]["enabled"] if name in switched else True,
            reason=switched[name]["reason"] if name in switched else "",
            circuits=failing[name],
            limits=limits(edge.config.provider_limits.get(name)),
        )
        for name, kinds in kinds_of_providers(edge.registry).items()
    ]
