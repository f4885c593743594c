"""How activities are made: one child job writes them, and they are looked at before a team sees them."""

from __future__ import annotations

from pydantic import ConfigDict

from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_products.filming.reads import Read, read
from mediamill_products.teamfit.contract import (
    ACTIVITIES,
    CustomActivities,
    CustomActivitiesMade,
    CustomActivity,
    Source,
    Step,
)


class _Quoted(Read):
    material: str
    text: str


class _Planned(Read):
    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    goal: str
    minutes: int
    steps: tuple[Step, ...]
    materials: tuple[str, ...]
    debrief: tuple[str, ...]
    quotes: tuple[_Quoted, ...]


class _Plan(Read):
    activities: tuple[_Planned, ...]


@handler(CustomActivities)
def custom_activities(ctx: Context, ask: CustomActivities) -> CustomActivitiesMade:
    """Have three activities written of the materials; they must differ, and each must use something of the team's."""
    ctx.progress(0, 2, "Reading what the team wrote")
    given = {**ask.model_dump(mode="json"), "activities": ACTIVITIES}
    planned = read(ctx.run("text.activities", given), _Plan).activities
    ctx.progress(1, 2, "Looking them over")
    _look_over(planned)
    return CustomActivitiesMade(activities=tuple(_shown(one) for one in planned))


def _look_over(planned: tuple[_Planned, ...]) -> None:
    if len({one.title.casefold() for one in planned}) != ACTIVITIES:
        raise Permanent(f"{ACTIVITIES} different activities were asked for; {len(planned)} came, not all different.")
    if bare := [one.title for one in planned if not one.quotes]:
        raise Permanent(f"{bare[0]!r} uses nothing of the team's materials.")


def _shown(planned: _Planned) -> CustomActivity:
    sources = tuple(Source(material=quoted.material, quote=quoted.text) for quoted in planned.quotes)
    return CustomActivity(**planned.model_dump(exclude={"quotes"}), sources=sources)
