"""Plans activities: the forms that suit best, filled with what matters in the team's own materials."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from mediamill_media.text.contract import Activities, Activity, ActivityStep, Planned, Quote, Team
from mediamill_media.text.reading.passages import Passage, passages, subject_of
from mediamill_media.text.reading.speech import capitalised, tidy
from mediamill_media.text.writing.phrases import filled, table
from mediamill_media.text.writing.script import seed_of

PASSAGES = 2
"""Passages of the materials in an activity, where there are so many."""
SHORTEST, LONGEST = 10, 480

_MINUTES = re.compile(r"\b(\d{1,3})\s*-?\s*(?:minutes?|mins?)\b", re.IGNORECASE)
_HOURS = re.compile(r"\b(an|one|two|three|\d(?:[.,]5)?)\s*-?\s*hours?\b", re.IGNORECASE)
_NUMBERS = {"an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0}


class Form(NamedTuple):
    """A sort of activity."""

    title: str
    goal: str
    minutes: int
    suits: Sequence[str]
    """Beginnings of words by which a team asks for it."""
    needs: Sequence[str]
    steps: Sequence[Mapping[str, Any]]
    debrief: Sequence[str]


@cache
def forms() -> tuple[Form, ...]:
    """Give the forms that there are."""
    return tuple(Form(**form) for form in table("activities")["forms"])


def plan(ask: Activities) -> Planned:
    """Plan as many activities as asked for, no two of the same form."""
    chance = random.Random(ask.seed if ask.seed is not None else seed_of(ask.model_dump_json()))
    wanted = f"{ask.requirements} {ask.team.about}"
    found = passages(ask.materials, wanted, ask.activities * PASSAGES, chance)
    chosen = _chosen(f"{wanted} {' '.join(passage.text for passage in found)}", ask.activities, chance)
    dealt = [found[place :: ask.activities] or found[:PASSAGES] for place in range(ask.activities)]
    return Planned(activities=tuple(_activity(form, own, ask) for form, own in zip(chosen, dealt, strict=True)))


def _chosen(text: str, most: int, chance: random.Random) -> list[Form]:
    """Give the forms that suit best; equal ones as chance has it."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    suiting = {
        place: sum(1 for word in words if word.startswith(tuple(form.suits))) for place, form in enumerate(forms())
    }
    order = chance.sample(list(suiting), len(suiting))
    return [forms()[place] for place in sorted(order, key=lambda place: -suiting[place])[:most]]


def _activity(form: Form, own: Sequence[Passage], ask: Activities) -> Activity:
    slots = _slots(own, ask)
    minutes = ask.minutes or _minutes_in(ask.requirements) or form.minutes
    shares = _shared(minutes, [step["share"] for step in form.steps])
    return Activity(
        title=_titled(filled(form.title, slots)),
        goal=filled(form.goal, slots),
        minutes=minutes,
        steps=tuple(
            ActivityStep(minutes=each, text=filled(step["text"], slots))
            for step, each in zip(form.steps, shares, strict=True)
        ),
        materials=tuple(filled(need, slots) for need in [*form.needs, *_printed(own)]),
        debrief=tuple(filled(question, slots) for question in form.debrief),
        quotes=tuple(Quote(material=passage.material, text=passage.text) for passage in own),
    )


def _slots(own: Sequence[Passage], ask: Activities) -> dict[str, str]:
    wanted = tidy(ask.requirements).rstrip(".!?") or "working well together"
    lines = [f'"{passage.text}" ({passage.material})' for passage in own] or [f'"{capitalised(wanted)}."']
    subjects = [subject_of(passage.text, ask.requirements) for passage in own] or [subject_of(wanted, "")]
    return {
        "team": ask.team.name,
        "people": str(ask.team.people),
        "line": lines[0],
        "other": lines[-1],
        "lines": " and ".join(lines[:PASSAGES]),
        "topic": subjects[0],
        "subject": f"“{subjects[0]}”",
        "wanted": wanted[:300],
        **_words_of(ask.team),
    }


def _words_of(team: Team) -> dict[str, str]:
    groups = max(1, round(team.people / 4))
    split = "stay together" if groups == 1 else f"form {groups} groups of about {round(team.people / groups)}"
    pairs = "in pairs" if team.people % 2 == 0 else "in pairs, with one group of three"
    return {"split": split, "pairs": pairs, **table("activities")["settings"][team.setting]}


def _printed(own: Sequence[Passage]) -> list[str]:
    return [f'"{title}", to read from' for title in dict.fromkeys(passage.material for passage in own)]


def _titled(title: str) -> str:
    return title if len(title) <= 160 else title[:159].rsplit(" ", 1)[0]


def _minutes_in(text: str) -> int | None:
    """Read a length off what was asked for."""
    if found := _MINUTES.search(text):
        minutes = int(found[1])
    elif found := _HOURS.search(text):
        said = found[1].lower()
        minutes = round(60 * (_NUMBERS.get(said) or float(said.replace(",", "."))))
    else:
        return None
    return minutes if SHORTEST <= minutes <= LONGEST else None


def _shared(minutes: int, shares: Sequence[int]) -> list[int]:
    """Divide minutes by shares, whole and at least one each, so that they add up."""
    total, used, passed = sum(shares), 0, 0
    each = []
    for place, share in enumerate(shares):
        passed += share
        left = len(shares) - place - 1
        upto = min(max(used + 1, round(minutes * passed / total)), minutes - left)
        each.append(upto - used)
        used = upto
    return each
