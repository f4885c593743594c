"""Old jobs and assets go: first the rows, then the bytes that no row names any more."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import text

from conductor.calendar.keeping import KEPT, bounds, keeping
from mediamill.assets.store import Store
from mediamill.db.session import Database
from mediamill.ids import first_id_of

log = logging.getLogger(__name__)

BATCH, TREES = 500, 50
YOUNG_S = 300.0
"""Whoever has put bytes names them well within this time; what is left for that reason goes with the orphans."""

_OLD_TREES = text("""
WITH RECURSIVE tree AS (
    SELECT old.id FROM tenants CROSS JOIN LATERAL (
        SELECT id FROM jobs
        WHERE jobs.tenant_id = tenants.id AND kind = :kind AND id < :bound AND finished_at < :before
          AND parent_id IS NULL AND state IN ('succeeded', 'failed', 'canceled')
        ORDER BY id LIMIT :batch) AS old
    UNION ALL
    SELECT jobs.id FROM jobs JOIN tree ON jobs.parent_id = tree.id)
SELECT id FROM tree
""")
"""A tenant's jobs of a kind are found by their index, children by their parent's; a batch of each tenant at a time."""

_MADE = text("SELECT DISTINCT asset_id FROM job_assets WHERE job_id = ANY(:ids)")
_DELETE = text("DELETE FROM jobs WHERE id = ANY(:ids)")

_LET_GO = text("""
UPDATE assets SET kept_at = 'epoch'
WHERE id = ANY(:made) AND kept_at < :before
  AND NOT EXISTS (SELECT 1 FROM job_assets WHERE job_assets.asset_id = assets.id)
""")
"""What nobody else has made, uploaded or used meanwhile counts as old, and goes as everything old does."""

_OLD_ASSETS = text(f"""
DELETE FROM assets WHERE id IN (
    SELECT assets.id FROM assets JOIN tenants ON tenants.id = assets.tenant_id JOIN {KEPT} ON kept.plan = tenants.plan
    WHERE kept_at < kept.before AND NOT EXISTS (SELECT 1 FROM job_assets WHERE job_assets.asset_id = assets.id)
      AND NOT EXISTS (SELECT 1 FROM asset_holds WHERE asset_holds.asset_id = assets.id)
    ORDER BY assets.id LIMIT :batch FOR UPDATE OF assets SKIP LOCKED)
RETURNING sha256
""")  # noqa: S608  # a constant beside this file

_STILL_NAMED = text("SELECT 1 FROM assets WHERE sha256 = :sha256 LIMIT 1")


_DAYS_AGO = text("SELECT now() - make_interval(days => :days)")


def _days_ago(db: Database, days: int) -> datetime:
    """Tell it by the database's clock: one that is wrong in this process must not delete what is young."""
    with db.unit_of_work() as connection:
        at: datetime = connection.execute(_DAYS_AGO, {"days": days}).scalar_one()
    return at


def forget_kind(db: Database, kind: str, keep_days: int) -> int:
    """Delete what a kind began more than ``keep_days`` ago, with all children; tell how many jobs.

    What they made and nothing else names is let go with them, in the same transaction.
    """
    before = _days_ago(db, keep_days)
    bound, deleted = first_id_of(before), 0
    while True:
        with db.unit_of_work() as connection:
            given = {"kind": kind, "bound": bound, "before": before, "batch": TREES}
            ids = list(connection.execute(_OLD_TREES, given).scalars())
            made = list(connection.execute(_MADE, {"ids": ids}).scalars())
            deleted += connection.execute(_DELETE, {"ids": ids}).rowcount
            connection.execute(_LET_GO, {"made": made, "before": before})
        if not ids:
            return deleted


def forget_assets(db: Database, store: Store, keep_days: int, young_s: float = YOUNG_S) -> int:
    """Delete assets that nobody made, uploaded or used for as long as their tenant's plan keeps them; tell how many.

    ``keep_days`` holds where the plan says nothing.

    Bytes go only when no tenant's row names them, after the rows, and never while they are young: somebody may be
    about to name them again.
    """
    plans = keeping(db, keep_days)
    given = {**bounds(plans, [plan.assets for plan in plans]), "batch": BATCH}
    deleted = 0
    while True:
        with db.unit_of_work() as connection:
            hashes = list(connection.execute(_OLD_ASSETS, given).scalars())
        for sha256 in hashes:
            with db.unit_of_work() as connection:
                is_named = connection.execute(_STILL_NAMED, {"sha256": sha256}).first() is not None
            if not is_named:
                store.remove(sha256, unless_younger_s=young_s)
        deleted += len(hashes)
        if len(hashes) < BATCH:
            store.clear_abandoned()
            return deleted
