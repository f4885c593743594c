"""How long the tenants of each plan are kept: days as points in time, by the database's clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from mediamill.db.session import Database
from mediamill.ids import first_id_of

_PLANS = text("""
SELECT name, now() - make_interval(days => coalesce(keep_jobs_days, :days)) AS jobs,
    now() - make_interval(days => least(keep_events_days, coalesce(keep_jobs_days, :days))) AS events,
    now() - make_interval(days => coalesce(keep_assets_days, :days)) AS assets,
    keep_events_days IS NOT NULL AS thins
FROM plans ORDER BY name
""")


class Keeping(NamedTuple):
    """A plan, and before when its tenants' finished jobs, events in between and assets are old."""

    plan: str
    jobs: datetime
    events: datetime
    assets: datetime
    thins: bool
    """Whether events go before their jobs."""


def keeping(db: Database, days: int) -> list[Keeping]:
    """Read what plans say; ``days`` holds where one says nothing.

    A clock that is wrong in this process must not delete what is young, so the database's is asked.
    """
    with db.unit_of_work() as connection:
        return [Keeping(*row) for row in connection.execute(_PLANS, {"days": days})]


def bounds(plans: list[Keeping], times: list[datetime]) -> dict[str, Any]:
    """Give plans with times as parameters of a statement: ``plans``, ``befores``, and the first ids of these times."""
    ids: list[UUID] = [first_id_of(at) for at in times]
    return {"plans": [plan.plan for plan in plans], "befores": times, "bounds": ids}


KEPT = """
unnest(CAST(:plans AS text[]), CAST(:befores AS timestamptz[]), CAST(:bounds AS uuid[])) AS kept (plan, before, bound)
"""
"""Those parameters as a table."""
