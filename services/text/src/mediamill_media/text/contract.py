"""What ``text.generate``, ``text.script`` and ``text.activities`` take and give."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from mediamill.contracts import Answer, Ask, Contract

Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Mood = Literal["calm", "adventure", "mystery", "happy", "science"]
"""What music goes with it."""
Tone = Literal["story", "ad", "explainer", "recap"]
"""What sort of film it is."""
Method = Literal["extracted", "composed", "filled", "written"]
"""How a text came about: chosen sentences of the prompt, templates about its words, a schema filled with them, or by a
language model."""

CHARACTERS_A_TOKEN, TOKENS_A_WORD = 4, Decimal("1.5")
TOKENS_OF_A_VALUE, TOKENS_OF_A_SCENE, TOKENS_OF_AN_ACTIVITY, TOKENS_OF_ORDERS = 1000, 220, 500, 1500
"""What a value, a scene, an activity, and our own words to a model with its thoughts come to, by rule of thumb."""


def _thousands(characters: int, tokens: Decimal) -> Decimal:
    """Give thousands of tokens: of what is read, by its characters, and of what is written."""
    return (Decimal(characters) / CHARACTERS_A_TOKEN + tokens + TOKENS_OF_ORDERS) / 1000


class Generate(Ask):
    """Write from a prompt."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"prompt": "Three sentences about a lighthouse keeper and her cat", "max_words": 60},
                {
                    "prompt": "Brew & Bloom: a quiet café with house-roasted coffee and a garden.",
                    "json_schema": {
                        "type": "object",
                        "required": ["headline", "tags"],
                        "properties": {
                            "headline": {"type": "string", "maxLength": 60},
                            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 3},
                        },
                    },
                },
            ]
        }
    )

    prompt: str = Field(min_length=1, max_length=20_000, description="What to write about, or the text to condense.")
    json_schema: dict[str, Any] | None = Field(
        default=None, description="A JSON Schema (2020-12); the answer's `data` then satisfies it."
    )
    max_words: int = Field(default=200, ge=1, le=2000, description="The text has at most this many words.")
    seed: Seed | None = Field(
        default=None, description="Another seed, another wording; without one it follows from the prompt."
    )

    def units(self) -> Decimal:
        """Count thousands of tokens, read and written, at most."""
        schema = json.dumps(self.json_schema) if self.json_schema is not None else ""
        value = TOKENS_OF_A_VALUE if schema else 0
        return _thousands(len(self.prompt) + 2 * len(schema), self.max_words * TOKENS_A_WORD + value)


class Generated(Answer):
    """What was written."""

    text: str = Field(description="The text; with a schema, `data` as JSON.")
    data: Any | None = Field(default=None, description="The value that satisfies the schema, if one was given.")
    method: Method = Field(default="composed", description="How it was made.")


class Script(Ask):
    """Turn a brief into a script of scenes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"brief": "A shy robot learns to share"},
                {
                    "brief": "# Luna's Lantern\n\nLuna, a little silver robot, lives at the edge of a snowy forest. "
                    "One night she finds an old lantern. Her friend Pip, a brown owl, is afraid of the dark.",
                    "scenes": 4,
                    "seconds": 32,
                },
                {
                    "brief": "# Glowbike\n\n- Be seen from 800 metres\n- Charges in 40 minutes\n\nCTA: Ride home safe.",
                    "scenes": 3,
                    "style": "flat",
                },
            ]
        }
    )

    brief: str = Field(
        min_length=1, max_length=20_000, description="One line, a markdown page, or a whole story; this is the film."
    )
    scenes: int = Field(default=5, ge=1, le=24, description="How many scenes; exactly so many come back.")
    style: str = Field(
        default="storybook", min_length=1, max_length=80, description="How the pictures look; handed on unchanged."
    )
    tone: Tone | None = Field(default=None, description="What sort of film it is; without it the brief's words tell.")
    voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="How it speaks, in words, such as a brand's: warm and plain.",
    )
    openings: int = Field(
        default=0, ge=0, le=7, description="So many other first scenes, each of which can stand in place of the first."
    )
    seconds: float | None = Field(
        default=None, gt=0, le=1800, description="The length of the whole; narration is cut or filled to suit it."
    )
    seed: Seed | None = Field(
        default=None, description="Another seed, another plot and wording; without one it follows from the brief."
    )

    def units(self) -> Decimal:
        """Count thousands of tokens, read and written, at most."""
        return _thousands(len(self.brief), Decimal((self.scenes + self.openings) * TOKENS_OF_A_SCENE))


class CastMember(Contract):
    """Somebody who appears in more than one breath of the script."""

    name: str = Field(min_length=1, max_length=80, description="What narration and pictures call them.")
    description: str = Field(min_length=1, max_length=2000, description="One sentence on how they look.")


class Scene(Contract):
    """What is heard and what is seen."""

    narration: str = Field(min_length=1, max_length=1200, description="Words to be spoken, free of marks and links.")
    image_prompt: str = Field(min_length=1, max_length=4000, description="The picture: subjects, place, time, weather.")
    seconds: float = Field(gt=0, description="How long the scene stands.")
    characters: tuple[str, ...] = Field(default=(), description="Names from the cast that the picture shows.")


class Scripted(Answer):
    """A script."""

    title: str = Field(min_length=1, max_length=120, description="The title.")
    mood: Mood = Field(description="The mood of its music.")
    style: str = Field(description="How the pictures look, as asked for.")
    tone: Tone = Field(default="story", description="What sort of film the brief asks for.")
    cast: tuple[CastMember, ...] = Field(default=(), max_length=4, description="At most four characters.")
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=24, description="In order, as many as asked for.")
    openings: tuple[Scene, ...] = Field(default=(), max_length=7, description="Other first scenes, each complete.")


class Team(Contract):
    """Who is to do it."""

    name: str = Field(min_length=1, max_length=120, description="What they are called.")
    about: str = Field(default="", max_length=2000, description="What they do and how they are.")
    people: int = Field(default=6, ge=2, le=500, description="How many take part.")
    setting: Literal["in_person", "remote", "hybrid"] = Field(default="in_person", description="Where they meet.")


class Material(Contract):
    """A text of the team's own."""

    title: str = Field(min_length=1, max_length=200, description="What it is called.")
    text: str = Field(min_length=1, max_length=40_000, description="What it says.")


class Activities(Ask):
    """Plan activities for a team out of its own materials."""

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

    team: Team = Field(description="Who is to do it.")
    materials: tuple[Material, ...] = Field(default=(), max_length=12, description="What they are made of.")
    requirements: str = Field(default="", max_length=4000, description="What the team wants of them.")
    activities: int = Field(default=3, ge=1, le=6, description="How many; each another one.")
    minutes: int | None = Field(
        default=None, ge=10, le=480, description="How long each takes; without it as the requirements say, or as usual."
    )
    seed: Seed | None = Field(
        default=None, description="Another seed, other activities; without one it follows from the rest."
    )

    def units(self) -> Decimal:
        """Count thousands of tokens, read and written, at most."""
        read = sum(len(material.text) for material in self.materials) + len(self.requirements) + len(self.team.about)
        return _thousands(read, Decimal(self.activities * TOKENS_OF_AN_ACTIVITY))


class ActivityStep(Contract):
    """What is done, and for how long."""

    minutes: int = Field(ge=1, description="How long it takes.")
    text: str = Field(min_length=1, max_length=1200, description="What whoever leads it says and does.")


class Quote(Contract):
    """What an activity takes from a material."""

    material: str = Field(description="The material's title.")
    text: str = Field(min_length=1, description="What it says, word for word.")


class Activity(Contract):
    """Something that a team does together."""

    title: str = Field(min_length=1, max_length=160, description="The title.")
    goal: str = Field(min_length=1, max_length=800, description="What is better afterwards.")
    minutes: int = Field(ge=1, description="How long it takes: as long as its steps.")
    steps: tuple[ActivityStep, ...] = Field(min_length=2, max_length=12, description="In order.")
    materials: tuple[str, ...] = Field(description="What must be at hand.")
    debrief: tuple[str, ...] = Field(min_length=1, description="Questions to talk about afterwards.")
    quotes: tuple[Quote, ...] = Field(default=(), description="What of the team's own materials it builds on.")


class Planned(Answer):
    """Activities, each another one."""

    activities: tuple[Activity, ...] = Field(min_length=1, max_length=6, description="As many as asked for.")


__all__ = [
    "Activities",
    "Activity",
    "ActivityStep",
    "CastMember",
    "Generate",
    "Generated",
    "Material",
    "Planned",
    "Quote",
    "Scene",
    "Script",
    "Scripted",
    "Team",
]
