"""Pages of lists whose addresses are absolute: one client resolves others wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, Query, Request
from sqlalchemy import RowMapping

from gateway.compat.addresses import address
from gateway.compat.auth import Customer
from gateway.paging import cut, read_cursor

SIZE = 100


class At(NamedTuple):
    """Where a page begins, of which list."""

    path: str
    scope: str
    at: str | None
    limit: int = SIZE


async def _position(
    request: Request, customer: Customer, cursor: Annotated[str | None, Query(max_length=500)] = None
) -> At:
    path = request.url.path
    scope = f"{path}:{customer.tenant_id}"
    return At(path, scope, read_cursor(cursor, scope))


Position = Annotated[At, Depends(_position)]


def page_of(rows: Sequence[RowMapping], position: At) -> tuple[Sequence[RowMapping], str | None]:
    """Cut a page out of one row more than it holds, and give the address of the next one."""
    kept, cursor = cut(rows, position.limit, position.scope)
    return kept, None if cursor is None else address(f"{position.path}?cursor={cursor}")
