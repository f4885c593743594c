"""Statements of teamfit; every one is bound to a tenant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Delete, Select, cast, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from mediamill.ids import uuid7
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL, State
from mediamill.tenants.model import Plan, Tenant
from mediamill_products.teamfit.model import ActivityRequest, Material, Organisation, Team

Statement = Select[*tuple[Any, ...]]

_OWN_PLAN = func.coalesce(Organisation.plan, Tenant.plan)
_ORGANISATION = (
    Organisation.id,
    Organisation.name,
    _OWN_PLAN.label("plan"),
    Plan.is_paid,
    Organisation.trust_score,
    Organisation.monthly_quota,
    Organisation.created_at,
)
_TEAM = (
    Team.id,
    Team.organisation_id.label("organization_id"),
    Team.name,
    Team.about,
    Team.people,
    Team.setting,
    Team.created_at,
)
_MATERIAL = (
    Material.id,
    Material.team_id,
    Material.title,
    Material.media_type,
    Material.pages,
    Material.is_cut,
    func.length(Material.text).label("characters"),
    Material.created_at,
)
_MONTH = func.date_trunc("month", func.timezone("UTC", func.now()))

THIS_MONTH: ColumnElement[date] = cast(_MONTH, Date)
"""The month that the database's clock says, in UTC, as its first day."""


def month_end() -> Statement:
    """Tell when the next month begins, and in how many seconds."""
    ends = func.timezone("UTC", _MONTH + text("interval '1 month'"))
    return select(ends.label("resets_at"), func.extract("epoch", ends - func.now()).label("left_s"))


def add_organisation(tenant_id: UUID, values: dict[str, Any]) -> ReturningInsert[UUID]:
    """Add an organisation. A name that is taken violates ``uq_teamfit_organisations_tenant_id_name``."""
    new = insert(Organisation).values({"id": uuid7(), "tenant_id": tenant_id, **values})
    return new.returning(Organisation.id)


def organisations(tenant_id: UUID, *, limit: int, offset: int) -> Statement:
    """List the organisations of a tenant, newest first, each with the plan that holds for it."""
    return _with_plan(tenant_id).order_by(Organisation.id.desc()).limit(limit).offset(offset)


def organisation(tenant_id: UUID, organisation_id: UUID) -> Statement:
    """Find an organisation, with the plan that holds for it."""
    return _with_plan(tenant_id).where(Organisation.id == organisation_id)


def hold_organisation(tenant_id: UUID, organisation_id: UUID) -> Statement:
    """Find it and hold it until the transaction ends: whoever uses up its quota takes turns here."""
    return organisation(tenant_id, organisation_id).with_for_update(of=Organisation, key_share=True)


def change_organisation(tenant_id: UUID, organisation_id: UUID, values: dict[str, Any]) -> ReturningUpdate[UUID]:
    """Change what is given of an organisation."""
    mine = (Organisation.tenant_id == tenant_id, Organisation.id == organisation_id)
    return update(Organisation).where(*mine).values(**values).returning(Organisation.id)


def used(tenant_id: UUID, organisation_id: UUID, month: ColumnElement[date] = THIS_MONTH) -> Statement:
    """Count the requests of a month that succeeded, and those that may still.

    A request counts in the month in which it was accepted, so nothing has to be reset when another one begins. One
    whose job is forgotten counts as used: retention outlives a month unless it is set below 31 days, and then too
    little is given rather than too much.
    """
    succeeded = or_(Job.state == State.SUCCEEDED, Job.id.is_(None))
    counts = (
        func.count().filter(succeeded).label("used"),
        func.count().filter(Job.state.not_in(FINAL)).label("pending"),
    )
    rows = select(*counts).select_from(ActivityRequest).outerjoin(Job, Job.id == ActivityRequest.job_id)
    return rows.where(
        ActivityRequest.tenant_id == tenant_id,
        ActivityRequest.organisation_id == organisation_id,
        ActivityRequest.month == month,
    )


def add_request(
    tenant_id: UUID, job_id: UUID, *, organisation_id: UUID, team_id: UUID, person: str
) -> ReturningInsert[UUID]:
    """Write down that a team asked for activities, in the transaction that accepts their job."""
    ids = {"job_id": job_id, "tenant_id": tenant_id, "organisation_id": organisation_id, "team_id": team_id}
    new = insert(ActivityRequest).values({**ids, "month": THIS_MONTH, "person": person})
    return new.returning(ActivityRequest.job_id)


def request(tenant_id: UUID, job_id: UUID) -> Statement:
    """Find a request by its job."""
    mine = (ActivityRequest.tenant_id == tenant_id, ActivityRequest.job_id == job_id)
    return select(ActivityRequest.job_id, ActivityRequest.created_at).where(*mine)


def add_team(tenant_id: UUID, organisation_id: UUID, values: dict[str, Any]) -> ReturningInsert[*tuple[Any, ...]]:
    """Add a team to an organisation that is the tenant's."""
    ids = {"id": uuid7(), "tenant_id": tenant_id, "organisation_id": organisation_id}
    return insert(Team).values({**ids, **values}).returning(*_TEAM)


def teams(tenant_id: UUID, organisation_id: UUID, *, limit: int, offset: int) -> Statement:
    """List the teams of an organisation, newest first."""
    mine = (Team.tenant_id == tenant_id, Team.organisation_id == organisation_id)
    return select(*_TEAM).where(*mine).order_by(Team.id.desc()).limit(limit).offset(offset)


def team(tenant_id: UUID, team_id: UUID) -> Statement:
    """Find a team."""
    return select(*_TEAM).where(Team.tenant_id == tenant_id, Team.id == team_id)


def change_team(tenant_id: UUID, team_id: UUID, values: dict[str, Any]) -> ReturningUpdate[*tuple[Any, ...]]:
    """Change what is given of a team."""
    return update(Team).where(Team.tenant_id == tenant_id, Team.id == team_id).values(**values).returning(*_TEAM)


def add_material(tenant_id: UUID, team_id: UUID, values: dict[str, Any]) -> ReturningInsert[*tuple[Any, ...]]:
    """Add a material to a team that is the tenant's; the same text again is the same material under a new title."""
    new = pg_insert(Material).values({"id": uuid7(), "tenant_id": tenant_id, "team_id": team_id, **values})
    again = new.on_conflict_do_update(index_elements=["team_id", "sha256"], set_={"title": new.excluded.title})
    return again.returning(*_MATERIAL)


def materials(tenant_id: UUID, team_id: UUID, *, limit: int, offset: int) -> Statement:
    """List the materials of a team, newest first, without their text."""
    mine = (Material.tenant_id == tenant_id, Material.team_id == team_id)
    return select(*_MATERIAL).where(*mine).order_by(Material.id.desc()).limit(limit).offset(offset)


def material(tenant_id: UUID, material_id: UUID) -> Statement:
    """Find a material, with its text."""
    return select(*_MATERIAL, Material.text).where(Material.tenant_id == tenant_id, Material.id == material_id)


def texts(tenant_id: UUID, team_id: UUID, *, only: Collection[UUID] | None, most: int) -> Statement:
    """Give title and text of a team's materials, the newest, or of some of them."""
    rows = select(Material.id, Material.title, Material.text).where(
        Material.tenant_id == tenant_id, Material.team_id == team_id
    )
    chosen = rows if only is None else rows.where(Material.id.in_(only))
    return chosen.order_by(Material.id.desc()).limit(most)


def remove(tenant_id: UUID, table: type[Organisation | Team | Material], row_id: UUID) -> Delete:
    """Remove one of these with what hangs on it."""
    return delete(table).where(table.tenant_id == tenant_id, table.id == row_id)


def _with_plan(tenant_id: UUID) -> Statement:
    mine = select(*_ORGANISATION).join(Tenant, Tenant.id == Organisation.tenant_id)
    return mine.join(Plan, Plan.name == _OWN_PLAN).where(Organisation.tenant_id == tenant_id)
