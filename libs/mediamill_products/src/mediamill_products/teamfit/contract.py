"""What ``flow.activities`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mediamill.contracts import Answer, Ask, Contract

ACTIVITIES = 3
"""So many come of one request, each another one."""

Setting = Literal["in_person", "remote", "hybrid"]
"""Where a team meets."""


class Profile(Contract):
    """Who is to do it."""

    name: str = Field(min_length=1, max_length=120, description="What they are called.")
    about: str = Field(default="", max_length=2000, description="What they do and how they are.")
    people: int = Field(default=6, ge=2, le=500, description="How many take part.")
    setting: Setting = Field(default="in_person", description="Where they meet.")


class Excerpt(Contract):
    """What a material of the team says, or as much of it as is read."""

    title: str = Field(min_length=1, max_length=200, description="What it is called.")
    text: str = Field(min_length=1, max_length=40_000, description="What it says.")


class CustomActivities(Ask):
    """Make three different activities for a team of its own materials."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "team": {"name": "Checkout", "people": 7, "about": "Builds the checkout of a web shop."},
                    "materials": [
                        {
                            "title": "Retrospective, May",
                            "text": "We released on a Friday again and two of us fixed bugs all weekend. Reviews take "
                            "three days because nobody feels asked. The new alerts were praised by everyone.",
                        }
                    ],
                    "requirements": "Get better at asking each other for help; 45 minutes.",
                }
            ]
        }
    )

    team: Profile = Field(description="Who is to do it.")
    materials: Annotated[tuple[Excerpt, ...], Field(min_length=1, max_length=12)] = Field(
        description="What they are made of."
    )
    requirements: str = Field(default="", max_length=4000, description="What the team wants of them.")
    minutes: int | None = Field(default=None, ge=10, le=480, description="How long each takes.")
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1, description="Another seed, other activities.")


class Step(Contract):
    """What is done, and for how long."""

    minutes: int = Field(description="How long it takes.")
    text: str = Field(description="What whoever leads it says and does.")


class Source(Contract):
    """What an activity takes from a material."""

    material: str = Field(description="The material's title.")
    quote: str = Field(description="What it says, word for word.")


class CustomActivity(Contract):
    """Something that a team does together."""

    title: str = Field(description="The title.")
    goal: str = Field(description="What is better afterwards.")
    minutes: int = Field(description="How long it takes.")
    steps: tuple[Step, ...] = Field(description="In order.")
    materials: tuple[str, ...] = Field(description="What must be at hand.")
    debrief: tuple[str, ...] = Field(description="Questions to talk about afterwards.")
    sources: tuple[Source, ...] = Field(description="What of the team's own materials it builds on.")


class CustomActivitiesMade(Answer):
    """Three activities."""

    activities: tuple[CustomActivity, ...] = Field(min_length=ACTIVITIES, max_length=ACTIVITIES)
