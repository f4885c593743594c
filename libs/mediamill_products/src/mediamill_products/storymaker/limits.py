"""How often a person may ask: counted in the database, so that every gateway counts the same."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from mediamill.errors import OverQuota
from mediamill_products.caller import Caller
from mediamill_products.storymaker.queries import Turn, next_turn_s
from mediamill_products.storymaker.queries import take_turn as taking


class TooOften(OverQuota):
    """That was asked for too often."""

    code = "too-often"


async def take_turn(caller: Caller, connection: AsyncConnection, operation: str) -> None:
    """Count one more, in the transaction of what is asked for. Raises ``TooOften`` with the seconds to wait."""
    turn = _turn(caller, operation)
    if turn is not None and (await connection.execute(*taking(turn))).first() is None:
        raise await _refusal(connection, turn)


async def look_for_turn(caller: Caller, connection: AsyncConnection, operation: str) -> None:
    """Refuse who has none before their upload is read; nothing is counted. Raises ``TooOften``."""
    turn = _turn(caller, operation)
    if turn is not None and await _wait_s(connection, turn) > 0:
        raise await _refusal(connection, turn)


def _turn(caller: Caller, operation: str) -> Turn | None:
    per_minute = caller.config.storymaker_per_minute.get(operation)
    return None if per_minute is None else Turn(caller.tenant_id, caller.person, operation, per_minute)


async def _wait_s(connection: AsyncConnection, turn: Turn) -> float:
    left: float | None = (await connection.execute(*next_turn_s(turn))).scalar_one_or_none()
    return left or 0.0


async def _refusal(connection: AsyncConnection, turn: Turn) -> TooOften:
    error = TooOften(f"{turn.per_minute} a minute may be asked of '{turn.operation}'.")
    error.retry_after_s = max(1.0, await _wait_s(connection, turn))
    return error
