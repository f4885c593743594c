"""What a job's move means for the predictions that it has bought; part of the move's own statement."""

from __future__ import annotations

from sqlalchemy import CTE, func, update

from mediamill.providers.model import PredictionRow, PredictionState


def recalled(moved: CTE) -> CTE:
    """Have what vendors still make for a job that ended cancelled."""
    unwanted = (PredictionRow.job_id == moved.c.id, PredictionRow.state.in_(["intent", "waiting"]))
    values = {"state": PredictionState.CANCEL.value, "next_at": func.now()}
    return update(PredictionRow).where(*unwanted).values(values).cte("recalled")


def bought_by_nobody(moved: CTE) -> CTE:
    """Let a job whose attempts are counted anew buy again what failed."""
    return update(PredictionRow).where(PredictionRow.job_id == moved.c.id).values(attempt=0).cte("bought")
