"""The statements of storymaker, each bound to a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text

WINDOW_S = 60.0
RACE_S = 30.0
"""A transaction's time is that of its begin: one that waited for its turn sees what others wrote as of later."""

_TAKE = text("""
INSERT INTO story_turns AS turns (tenant_id, person, operation, until)
VALUES (:tenant_id, :person, :operation, now() + make_interval(secs => :each_s))
ON CONFLICT (tenant_id, person, operation) DO UPDATE SET until = make_interval(secs => :each_s)
    + CASE WHEN turns.until > now() + make_interval(secs => :stale_s) THEN now() ELSE greatest(turns.until, now()) END
WHERE turns.until <= now() + make_interval(secs => :window_s - :each_s)
   OR turns.until > now() + make_interval(secs => :stale_s)
RETURNING 1
""")

_LEFT = text("""
SELECT CAST(extract(epoch FROM until - now()) AS double precision) - (:window_s - :each_s) FROM story_turns
WHERE tenant_id = :tenant_id AND person = :person AND operation = :operation
""")

_COMPANIONS = text("""
SELECT one.asset_id AS asset_id, min(CAST(other.asset_id AS text)) AS companion_id
FROM job_assets AS one JOIN job_assets AS other USING (job_id) JOIN jobs ON jobs.id = job_id
WHERE one.asset_id = ANY(CAST(:asset_ids AS uuid[])) AND jobs.tenant_id = :tenant_id AND jobs.kind = :kind
  AND one.role = :role AND other.role = :companion
GROUP BY one.asset_id, job_id HAVING count(*) = 1
""")


class Turn(NamedTuple):
    """Whose turn of what it would be, of how many a minute."""

    tenant_id: UUID
    person: str
    operation: str
    per_minute: int

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of its statements."""
        times = {"each_s": WINDOW_S / self.per_minute, "window_s": WINDOW_S, "stale_s": WINDOW_S + RACE_S}
        return {"tenant_id": self.tenant_id, "person": self.person, "operation": self.operation, **times}


def take_turn(turn: Turn) -> tuple[TextClause, dict[str, Any]]:
    """Take a turn: no row back, there is none left. It is given back when its transaction fails.

    A bucket as one time: it is full when that is a minute ahead. A clock that went back would leave it fuller than
    full, so that counts as empty.
    """
    return _TAKE, turn.values


def next_turn_s(turn: Turn) -> tuple[TextClause, dict[str, Any]]:
    """Give the seconds until there is a turn again."""
    return _LEFT, turn.values


class Pair(NamedTuple):
    """What stands beside an asset in the answer of a job of a kind: in which role it is, and the other."""

    kind: str
    role: str
    companion: str


LAYERS = Pair("image.generate", "image", "layers")
"""A picture's layers, which give its clip depth."""
PORTRAIT = Pair("flow.story_character", "variation", "portrait")
"""The drawn character beside the variation of its photograph."""


def companions(tenant_id: UUID, asset_ids: Sequence[str], pair: Pair) -> tuple[TextClause, dict[str, Any]]:
    """Give the one asset that was made beside each of these, where there is just one."""
    return _COMPANIONS, {"tenant_id": tenant_id, "asset_ids": list(asset_ids), **pair._asdict()}
