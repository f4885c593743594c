"""The pictures that brands and campaigns hold on to, for as long as they want them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.assets import holds
from mediamill.errors import InvalidInput

Loc = tuple[str | int, ...]


async def keep_logo(connection: AsyncConnection, brand: RowMapping) -> None:
    """Have a brand hold its logo and nothing else. Raises ``InvalidInput`` for what is not there or no picture."""
    wanted: dict[Loc, UUID] = {("logo",): brand["logo"]} if brand["logo"] is not None else {}
    await _keep(connection, brand["tenant_id"], brand["id"], wanted)


async def keep_product(connection: AsyncConnection, campaign: RowMapping) -> None:
    """Have a campaign hold its pictures and nothing else. Raises ``InvalidInput`` as for a logo."""
    wanted: dict[Loc, UUID] = {("pictures", at): picture for at, picture in enumerate(campaign["pictures"])}
    await _keep(connection, campaign["tenant_id"], campaign["id"], wanted)


async def _keep(connection: AsyncConnection, tenant_id: UUID, holder_id: UUID, wanted: Mapping[Loc, UUID]) -> None:
    await connection.execute(holds.release(holder_id))
    found = await connection.execute(holds.hold(tenant_id, holder_id, list(wanted.values())))
    types = {row.id: row.media_type for row in found}
    wrong: list[tuple[list[str | int], str]] = []
    for loc, asset_id in wanted.items():
        if asset_id not in types:
            wrong.append(([*loc], f"there is no asset {asset_id}"))
        elif not types[asset_id].startswith("image/"):
            wrong.append(([*loc], f"asset {asset_id} is {types[asset_id]}, not a picture"))
    if wrong:
        raise InvalidInput("It refers to pictures that are none.", errors=wrong)
