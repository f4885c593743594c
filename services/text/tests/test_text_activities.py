"""Activities for a team: different from each other, and made of what the team wrote itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediamill import clock
from mediamill_media.text.contract import Activities, Material, Planned
from mediamill_media.text.handlers import activities
from mediamill_media.text.providers.orders import Unfit
from mediamill_media.text.providers.plans import Plans
from mediamill_media.text.writing.activities import forms, plan
from mediamill_testing.desk import DeskContext

RETRO = Material(
    title="Retrospective, May",
    text="# May\n\nWe released on a Friday again and two of us fixed bugs all weekend. Reviews take three days because "
    "nobody feels asked.\n\n- The new alerts were praised by everyone.\n- Support waits for answers **far** too long.",
)
NOTES = Material(title="Onboarding", text="Nobody tells new colleagues whom to ask. They wait two weeks for access.")


def asked(*materials: Material, **facts: Any) -> Activities:
    return Activities.model_validate(
        {"team": {"name": "Checkout", "people": 7}, "materials": [one.model_dump() for one in materials], **facts}
    )


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def said(planned: Planned) -> str:
    return planned.model_dump_json()


def test_three_differ_in_everything_and_each_uses_what_the_team_wrote(desk: DeskContext) -> None:
    made = activities(desk, asked(RETRO, NOTES, requirements="ask each other for help")).activities

    assert len({one.title for one in made}) == len({one.goal for one in made}) == len({one.steps for one in made}) == 3
    held = {material.title: plain(material.text) for material in (RETRO, NOTES)}
    for one in made:
        assert one.quotes
        assert all(plain(quote.text) in held[quote.material] for quote in one.quotes)
        assert any(quote.text in step.text for quote in one.quotes for step in one.steps)
        assert len(one.debrief) == 3
        assert not any(re.search(r"[{}*#_]", step.text) for step in one.steps)
    assert {quote.material for one in made for quote in one.quotes} == {RETRO.title, NOTES.title}


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({"minutes": 25}, 25),
        ({"requirements": "45 minutes, please"}, 45),
        ({"requirements": "We have an hour for trust."}, 60),
        ({"minutes": 10, "requirements": "two hours"}, 10),
    ],
)
def test_it_takes_as_long_as_was_asked_for_and_its_steps_add_up(facts: dict[str, Any], minutes: int) -> None:
    for one in plan(asked(RETRO, **facts)).activities:
        assert one.minutes == sum(step.minutes for step in one.steps) == minutes


def test_what_a_team_asks_for_decides_what_it_gets() -> None:
    thanks = plan(asked(requirements="We never thank or praise each other and want more trust", seed=1)).activities
    knows = plan(asked(requirements="Onboarding: new people must learn what we know", seed=1)).activities

    assert thanks[0].title == "Thank you, and one thing more"
    assert knows[0].title == "The quiz that we wrote ourselves"


def test_the_same_is_planned_again_and_another_seed_plans_otherwise() -> None:
    first, again, other = (plan(asked(RETRO, activities=6, seed=seed)) for seed in (1, 1, 2))

    assert said(first) == said(again) != said(other)
    assert len({one.title for one in first.activities}) == 6 <= len(forms())


def test_who_meets_on_screens_needs_no_sticky_notes() -> None:
    team = {"name": "Far", "people": 5, "setting": "remote"}

    planned = plan(Activities.model_validate({"team": team, "materials": [NOTES.model_dump()], "activities": 6}))

    assert "shared board" in said(planned)
    assert "sticky" not in said(planned)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=300), st.text(max_size=100), st.integers(1, 6), st.integers(2, 500))
def test_whatever_a_team_writes_it_gets_what_it_asked_for(text: str, want: str, most: int, people: int) -> None:
    team = {"name": "T", "people": people}
    ask = {"team": team, "materials": [{"title": "M", "text": text}], "requirements": want, "activities": most}

    made = plan(Activities.model_validate(ask)).activities

    assert len({one.title.partition(":")[0] for one in made}) == len(made) == most


def test_long_materials_are_read_in_no_time() -> None:
    long = [Material(title=f"Book {n}", text="This is what we never said about waiting. " * 950) for n in range(12)]
    began = clock.monotonic()

    plan(asked(*long))

    assert clock.monotonic() - began < 10


def told(**facts: Any) -> dict[str, Any]:
    steps = [{"minutes": 10, "text": "Read."}, {"minutes": 20, "text": "Talk."}]
    quotes = [{"material": "Onboarding", "text": "they wait two weeks, for access"}]
    one = {"title": "A", "goal": "g", "steps": steps, "materials": [], "debrief": ["How?"], "quotes": quotes}
    return {"activities": [{**one, **facts}, {**one, "title": "B"}]}


def test_a_models_plan_is_taken_if_it_quotes_what_is_there() -> None:
    ask = asked(NOTES, activities=2, requirements="help")

    order = Plans().order(ask)
    read = Plans().read(ask, f"Here you are: {json.dumps(told())}").activities

    assert [one.title for one in read] == ["A", "B"]
    assert read[0].minutes == 30
    assert all(part in order.prompt for part in ("Checkout", "help", NOTES.text))
    assert "exactly 2 activities" in order.system


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"title": "b"}, "same title"),
        ({"quotes": []}, "quotes nothing"),
        ({"quotes": [{"material": "Onboarding", "text": "we love it"}]}, "quotes nothing"),
        ({"steps": []}, "steps"),
    ],
)
def test_a_models_plan_that_does_not_fit_is_sent_back_with_why(facts: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit, match=why):
        Plans().read(asked(NOTES, activities=2), json.dumps(told(**facts)))


def test_a_models_plan_has_as_many_as_asked_for() -> None:
    with pytest.raises(Unfit, match="3 were asked for"):
        Plans().read(asked(NOTES), json.dumps(told()))
