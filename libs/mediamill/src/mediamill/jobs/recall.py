"""What a job's move means for the predictions that it has bought; part of the move's own statement."""

from __future__ import annotations

from sqlalchemy import CTE, and_, case, func, or_, text, update

from mediamill.jobs.turns import STEP as TURN
from mediamill.providers.model import PredictionRow, PredictionState
from mediamill.steps.model import Step, StepState, StepType


def recalled(moved: CTE) -> CTE:
    """Have what vendors still make for a job that ended cancelled."""
    unwanted = (PredictionRow.job_id == moved.c.id, PredictionRow.state.in_(["intent", "waiting"]))
    values = {"state": PredictionState.CANCEL.value, "next_at": func.now()}
    return update(PredictionRow).where(*unwanted).values(values).cte("recalled")


def bought_by_nobody(moved: CTE) -> CTE:
    """Let a job whose attempts are counted anew buy again what failed."""
    return update(PredictionRow).where(PredictionRow.job_id == moved.c.id).values(attempt=0).cte("bought")


def tried_by_nobody(moved: CTE) -> CTE:
    """Let such a job ask again for what was refused, and turn again to whom its chains had turned."""
    is_refused = Step.state == StepState.REFUSED.value
    is_turn = and_(Step.type == StepType.STEP.value, Step.name == TURN, Step.result["value"].has_key("chain"))
    path = case((is_refused, text("'{attempt}'::text[]")), else_=text("'{value,attempt}'::text[]"))
    attempt = func.jsonb_set(Step.result, path, text("'0'::jsonb"))
    which = (Step.job_id == moved.c.id, or_(is_refused, is_turn))
    return update(Step).where(*which).values(result=attempt).cte("tried")
