"""The routes that tell what a tenant has used and may still use."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.keyring import Principal
from gateway.problems import refusals
from gateway.usage.models import Storage, Usage, day, quota
from mediamill.budgets.usage import used
from mediamill.clock import now
from mediamill.errors import usd
from mediamill.ids import first_id_of
from mediamill.tenants import queries

router = APIRouter(tags=["usage"])

Days = Annotated[int, Query(ge=1, le=366, description="today and so many days less one before it, in UTC")]
COLUMNS = ("day", "kind", "provider", "jobs", "succeeded", "failed", "canceled", "cost", "bytes")
CSV = "text/csv"
AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}


@router.get("/v1/usage", summary="Read your usage", response_model=Usage, responses={**refusals(422), **AS_CSV})
async def get_usage(request: Request, edge: EdgeOf, owner: Owner, days: Days = 30) -> Response:
    """Give jobs and cost by day, kind and provider, and what is left of your quota; as CSV if you accept that."""
    if request.headers.get("accept", "").startswith(CSV):
        return await get_usage_csv(edge, owner, days)
    async with edge.look() as connection:
        usage = await _usage(connection, owner, days)
    return JSONResponse(usage.model_dump())


@router.get(
    "/v1/usage.csv", summary="Export your usage", response_class=Response, responses={**refusals(422), **AS_CSV}
)
async def get_usage_csv(edge: EdgeOf, owner: Owner, days: Days = 30) -> Response:
    """Give the same days as CSV: one row for each day, kind and provider, oldest first; cost in USD, exact."""
    async with edge.look() as connection:
        rows = await _days(connection, owner, _since(days))
    return Response(
        written(rows[::-1]), media_type=CSV, headers={"Content-Disposition": 'attachment; filename="usage.csv"'}
    )


async def _usage(connection: AsyncConnection, owner: Principal, days: int) -> Usage:
    today = now().date()
    month = today.replace(day=1)
    rows = await _days(connection, owner, min(_since(days), month))
    begun = first_id_of(datetime(month.year, month.month, 1, tzinfo=UTC))
    given = {"tenant_id": owner.tenant_id, "month": month, "first_id": begun}
    standing = await connection.execute(queries.standing(), given)
    facts = standing.mappings().one()
    counted = sum(row["cost"] for row in rows if row["day"] >= month)
    shown = [day(row) for row in rows if row["day"] >= _since(days)]
    return Usage(
        days=shown,
        jobs=sum(one.jobs for one in shown),
        cost=round(sum(one.cost for one in shown), 6),
        storage=Storage(assets=facts["assets"], bytes=facts["bytes"]),
        quota=quota(facts, float(counted) if facts["spent"] is None else facts["spent"]),
    )


async def _days(connection: AsyncConnection, owner: Principal, since: date) -> Sequence[RowMapping]:
    found = await connection.execute(used(), {"tenant_id": owner.tenant_id, "since": since})
    return found.mappings().all()


def _since(days: int) -> date:
    return now().date() - timedelta(days=days - 1)


def written(rows: Sequence[RowMapping]) -> str:
    """Write days as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*COLUMNS[:-1], "asset_bytes"])
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return usd(value) if isinstance(value, Decimal) else value
