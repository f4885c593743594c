"""What ``text.generate`` and ``text.script`` take and give."""

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
TOKENS_OF_A_VALUE, TOKENS_OF_A_SCENE, TOKENS_OF_ORDERS = 1000, 220, 1500
"""What a value of a schema, a scene, and our own words to a model with its thoughts come to, by rule of thumb."""


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


__all__ = ["CastMember", "Generate", "Generated", "Scene", "Script", "Scripted"]
