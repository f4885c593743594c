"""Plans, and the limits that tenants have of them.

A limit is read where every job passes, so each tenant's row holds the limits that hold for it. Here and nowhere else
they are written: by the tenant's own numbers, and for the rest by its plan. Changes take turns, so that a tenant never
keeps the numbers of a plan that was changed at the same moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mediamill.errors import Conflict, InvalidInput, NotFound
from mediamill.ids import uuid7
from mediamill.tenants import queries
from mediamill.tenants.model import Plan, Tenant

FREE = "free"
"""The plan of a tenant for whom none was named."""

LIMITS = ("weight", "max_running", "max_queued", "max_monthly", "max_bytes")
"""What a plan says, and what a tenant may have its own of."""

KEEPS = ("keep_jobs_days", "keep_events_days", "keep_assets_days")
"""What a plan says of how long things are kept; only the calendar reads it, so it is nowhere else."""

PLAN = (
    Plan.name,
    Plan.is_paid,
    Plan.weight,
    Plan.max_running,
    Plan.max_queued,
    Plan.max_monthly,
    Plan.max_bytes,
    Plan.keep_jobs_days,
    Plan.keep_events_days,
    Plan.keep_assets_days,
    Plan.created_at,
)

_TURN = text("SELECT pg_advisory_xact_lock(x'706c616e'::int)")

# A count is kept only while there is a limit, so one from before is not to be gone on with.
_FORGET_COUNTS = text("""
DELETE FROM monthly_jobs USING tenants WHERE tenants.id = monthly_jobs.tenant_id AND tenants.max_monthly IS NULL
""")


def plans() -> Select[*tuple[Any, ...]]:
    """List the plans by name, each with the number of tenants that have it."""
    having = select(func.count()).where(Tenant.plan == Plan.name).scalar_subquery()
    return select(*PLAN, having.label("tenants")).order_by(Plan.name)


def plan(name: str) -> Select[*tuple[Any, ...]]:
    """Find a plan, with the number of tenants that have it."""
    return plans().where(Plan.name == name)


def is_paid(tenant_id: UUID) -> Select[bool]:
    """Tell whether a tenant has a plan for customers who pay."""
    return select(Plan.is_paid).join(Tenant, Tenant.plan == Plan.name).where(Tenant.id == tenant_id)


def new_tenant(connection: Connection, given: Mapping[str, Any]) -> RowMapping:
    """Make a tenant of a name, a plan, and limits and a budget of its own; what is left out is as its plan says.

    Raises ``InvalidInput`` for a plan that there is not. A name that is taken violates ``uq_tenants_name``.
    """
    connection.execute(_TURN)
    values = {**_limits(_plan(connection, given.get("plan", FREE))), **given}
    own = [limit for limit in LIMITS if limit in given]
    made = insert(Tenant).values(id=uuid7(), own=own, **values).returning(*queries.TENANT)
    return connection.execute(made).mappings().one()


def change_tenant(
    connection: Connection, tenant_id: UUID, given: Mapping[str, Any], follow: Collection[str] = ()
) -> RowMapping | None:
    """Change what is given of a tenant, whose own the given limits are then; ``follow`` names those to be its plan's.

    Raises ``InvalidInput`` for a plan that there is not; gives nothing where there is no tenant.
    """
    connection.execute(_TURN)
    row = connection.execute(queries.tenant(tenant_id)).mappings().one_or_none()
    if row is None:
        return None
    own = ({*row["own"], *given} & {*LIMITS}) - {*follow}
    of_plan = _limits(_plan(connection, given.get("plan", row["plan"])))
    followed = {limit: value for limit, value in of_plan.items() if limit not in own}
    connection.execute(_FORGET_COUNTS)
    changed = update(Tenant).where(Tenant.id == tenant_id).values({**given, **followed, "own": sorted(own)})
    return connection.execute(changed.returning(*queries.TENANT)).mappings().one()


def set_plan(connection: Connection, name: str, facts: Mapping[str, Any]) -> RowMapping:
    """Make a plan or change all of it; its tenants have its limits at once, but for those that are their own."""
    connection.execute(_TURN)
    connection.execute(_FORGET_COUNTS)
    written = insert(Plan).values(name=name, **facts)
    connection.execute(written.on_conflict_do_update(index_elements=[Plan.name], set_=dict(facts)))
    for limit in LIMITS:
        follows = (Tenant.plan == name, ~Tenant.own.contains([limit]))
        connection.execute(update(Tenant).where(*follows).values({limit: facts[limit]}))
    return connection.execute(plan(name)).mappings().one()


def remove_plan(connection: Connection, name: str) -> None:
    """Remove a plan that no tenant has. Raises ``NotFound`` or ``Conflict``."""
    connection.execute(_TURN)
    row = connection.execute(plan(name)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Plan {name!r}.")
    if name == FREE:
        raise Conflict(f"{name!r} is the plan of tenants for whom none is named.")
    if row["tenants"]:
        raise Conflict(f"{row['tenants']} tenants have the plan {name!r}; give them another one first.")
    connection.execute(delete(Plan).where(Plan.name == name))


def _plan(connection: Connection, name: str) -> RowMapping:
    found = connection.execute(plan(name)).mappings().one_or_none()
    if found is None:
        names = ", ".join(row.name for row in connection.execute(plans()))
        raise InvalidInput(f"There is no plan {name!r}.", errors=[(["plan"], f"it is one of: {names}")])
    return found


def _limits(row: RowMapping) -> dict[str, Any]:
    return {limit: row[limit] for limit in LIMITS}
