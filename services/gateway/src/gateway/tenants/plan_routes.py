"""The operator's routes of plans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy.exc import IntegrityError

from gateway.auth import Operator
from gateway.edge import EdgeOf
from gateway.limits import StrictJsonRoute
from gateway.paging import Listed
from gateway.problems import refusals
from gateway.tenants.models import PlanName
from gateway.tenants.plan_models import Plan, PutPlan, plan
from mediamill.errors import Conflict, NotFound
from mediamill.tenants import plans

router = APIRouter(tags=["plans"], route_class=StrictJsonRoute)

Named = Annotated[PlanName, Path(description="the plan's name", examples=["paid"])]


@router.get("/v1/plans", summary="List plans")
async def list_plans(edge: EdgeOf, operator: Operator) -> Listed[Plan]:
    """Give the plans by name; there are few."""
    async with edge.look() as connection:
        rows = (await connection.execute(plans.plans())).mappings().all()
    return Listed(data=[plan(row) for row in rows])


@router.get("/v1/plans/{name}", summary="Get a plan", responses=refusals(404, 422))
async def get_plan(name: Named, edge: EdgeOf, operator: Operator) -> Plan:
    """Give a plan."""
    async with edge.look() as connection:
        row = (await connection.execute(plans.plan(name))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Plan {name!r}.")
    return plan(row)


@router.put("/v1/plans/{name}", summary="Make or change a plan", responses=refusals(400, 422))
async def put_plan(name: Named, put: PutPlan, edge: EdgeOf, operator: Operator) -> Plan:
    """Say all of a plan. Its tenants have its limits from now on, but for those that are their own."""
    async with edge.transaction() as connection:
        row = await connection.run_sync(plans.set_plan, name, put.model_dump())
    return plan(row)


@router.delete("/v1/plans/{name}", status_code=204, summary="Remove a plan", responses=refusals(404, 409, 422))
async def delete_plan(name: Named, edge: EdgeOf, operator: Operator) -> Response:
    """Remove a plan that no tenant has."""
    try:
        async with edge.transaction() as connection:
            await connection.run_sync(plans.remove_plan, name)
    except IntegrityError as error:
        raise Conflict(f"A product has given the plan {name!r} to somebody.") from error
    return Response(status_code=204)
