"""Asking for activities: everything that may stand against it, looked at before anything is queued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.errors import InvalidInput, NotFound
from mediamill_products.caller import Caller, Post
from mediamill_products.teamfit import queries
from mediamill_products.teamfit.errors import NoMaterials, PlanRequired, QuotaSpent, TrustTooLow
from mediamill_products.teamfit.schemas import PostActivities, Quota

KIND = "flow.activities"
LEAST_TRUST = 50
MOST_MATERIALS = 12
MOST_TEXT = 100_000
"""Characters of all materials together that a job is given; each gets an even share."""


async def ask(caller: Caller, connection: AsyncConnection, asked: PostActivities) -> UUID:
    """Accept the job that makes activities, with the row that makes it count, or refuse.

    The organisation is held from before its quota is counted until both are committed, so of those who race for the
    last place one gets it. Raises ``NotFound``, ``PlanRequired``, ``TrustTooLow``, ``QuotaSpent``, ``NoMaterials``.
    """
    team = (await connection.execute(queries.team(caller.tenant_id, asked.team_id))).one_or_none()
    if team is None:
        raise NotFound(f"Team {asked.team_id}.")
    held = queries.hold_organisation(caller.tenant_id, team.organization_id)
    organisation = (await connection.execute(held)).one()
    _check_standing(organisation)
    await _check_quota(connection, caller.tenant_id, organisation)
    texts = await _texts(connection, caller.tenant_id, asked)
    (job_id,) = await caller.accept(connection, [Post(kind=KIND, input=_input(team, texts, asked))])
    written = queries.add_request(
        caller.tenant_id, job_id, organisation_id=organisation.id, team_id=team.id, person=caller.person
    )
    await connection.execute(written)
    return job_id


async def quota(connection: AsyncConnection, tenant_id: UUID, organisation: Row[Any]) -> Quota:
    """Tell what an organisation has used of this month."""
    counts = (await connection.execute(queries.used(tenant_id, organisation.id))).one()
    month = (await connection.execute(queries.month_end())).one()
    return Quota(
        plan=organisation.plan,
        is_paid=organisation.is_paid,
        trust_score=organisation.trust_score,
        least_trust=LEAST_TRUST,
        monthly_quota=organisation.monthly_quota,
        used=counts.used,
        pending=counts.pending,
        left=max(0, organisation.monthly_quota - counts.used - counts.pending),
        resets_at=month.resets_at,
    )


def _check_standing(organisation: Row[Any]) -> None:
    if not organisation.is_paid:
        raise PlanRequired(f"{organisation.name!r} has the plan {organisation.plan!r}.")
    if organisation.trust_score < LEAST_TRUST:
        raise TrustTooLow(f"It is {organisation.trust_score}; {LEAST_TRUST} are needed.")


async def _check_quota(connection: AsyncConnection, tenant_id: UUID, organisation: Row[Any]) -> None:
    """Count by a statement that begins after the organisation is held, so it sees what those before us committed."""
    counts = (await connection.execute(queries.used(tenant_id, organisation.id))).one()
    if counts.used + counts.pending < organisation.monthly_quota:
        return
    month = (await connection.execute(queries.month_end())).one()
    raise QuotaSpent.of(
        quota=organisation.monthly_quota,
        used=counts.used,
        pending=counts.pending,
        resets_at=month.resets_at,
        left_s=float(month.left_s),
    )


async def _texts(connection: AsyncConnection, tenant_id: UUID, asked: PostActivities) -> Sequence[Row[Any]]:
    only = None if asked.material_ids is None else set(asked.material_ids)
    found = queries.texts(tenant_id, asked.team_id, only=only, most=MOST_MATERIALS)
    rows = (await connection.execute(found)).all()
    if only is not None and (missing := only - {row.id for row in rows}):
        wrong: list[tuple[list[str | int], str]] = [
            (["material_ids"], f"the team has no material {one}") for one in sorted(missing)
        ]
        raise InvalidInput(f"{len(wrong)} materials are not the team's.", errors=wrong)
    if not rows:
        raise NoMaterials("Upload one to /api/materials/upload, or post its text.")
    return rows


def _input(team: Row[Any], texts: Sequence[Row[Any]], asked: PostActivities) -> dict[str, Any]:
    share = MOST_TEXT // len(texts)
    return {
        "team": {name: getattr(team, name) for name in ("name", "about", "people", "setting")},
        "materials": [{"title": row.title, "text": row.text[:share]} for row in reversed(texts)],
        "requirements": asked.requirements,
        "minutes": asked.duration_minutes,
    }
