"""What ``image.generate``, ``image.character`` and ``image.card`` take and give."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer, Size

Style = Literal["storybook", "flat", "night", "paper-cut", "blueprint"]
"""How pictures look: soft shading, plain shapes, moonlit, layered paper, or white lines on blue."""

STYLES: tuple[str, ...] = get_args(Style)
View = Literal["portrait", "sheet"]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

SMALLEST, LARGEST = 64, 2048


def _drawable(size: tuple[int, int]) -> tuple[int, int]:
    if min(size) < SMALLEST or max(size) > LARGEST:
        raise ValueError(f"each side must be {SMALLEST} to {LARGEST} pixels, this is {size[0]}x{size[1]}")
    return size


PictureSize = Annotated[Size, AfterValidator(_drawable)]


class Generate(Ask):
    """Illustrate a prompt."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"prompt": "a robot girl in the forest at dawn"},
                {
                    "prompt": "a lighthouse by the stormy sea with a small red boat",
                    "size": "1920x1080",
                    "n": 2,
                    "seed": 7,
                },
                {"prompt": "a scientist in a laboratory with a glowing plant", "style": "flat", "size": [720, 1280]},
            ]
        }
    )

    prompt: str = Field(
        min_length=1, max_length=4000, description="What to draw: subjects, place, time of day, weather."
    )
    size: PictureSize = Field(default=(1280, 720), description="Width and height in pixels, 64 to 2048 a side.")
    n: int = Field(default=1, ge=1, le=8, description="How many pictures; each has its own seed.")
    seed: Seed | None = Field(
        default=None, description="Same prompt and seed, same picture; without one it follows from the prompt."
    )
    style: Style = Field(
        default="storybook", description="How it looks: storybook, flat, night, paper-cut or blueprint."
    )
    references: tuple[AssetId, ...] = Field(
        default=(),
        max_length=8,
        description="Character assets to draw exactly as they are, or pictures whose colours are taken up.",
    )
    colors: tuple[Color, ...] = Field(
        default=(),
        max_length=2,
        description="Colours of the whole, the leading one first, such as a brand's; as #rrggbb.",
    )

    def units(self) -> Decimal:
        """Count pictures."""
        return Decimal(self.n)


class Picture(Contract):
    """One picture and what it shows of the prompt."""

    image: AssetId = Field(description="The flat PNG.")
    layers: AssetId | None = Field(default=None, description="The same picture as layers with depths, for parallax.")
    seed: Seed = Field(description="The seed that draws this picture again.")
    drawn: tuple[str, ...] = Field(default=(), description="The words of the prompt that the picture shows.")
    missing: tuple[str, ...] = Field(default=(), description="The words of the prompt that it does not show.")
    shown_as: dict[str, str] = Field(default={}, description="Words shown by a stand-in, for example freedom as bird.")


class Generated(MediaAnswer):
    """Pictures; assets are in the roles ``image`` and ``layers``, in the order of ``pictures``."""

    pictures: tuple[Picture, ...] = Field(default=(), description="One entry for each picture.")


class Edit(Ask):
    """Change a picture, or give other versions of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"images": ["018f0000-0000-7000-8000-000000000001"], "prompt": "make it night and add a lantern"},
                {"images": ["018f0000-0000-7000-8000-000000000001"], "prompt": "replace the background with a beach"},
                {"images": ["018f0000-0000-7000-8000-000000000001"], "n": 3, "strength": 0.4, "seed": 7},
            ]
        }
    )

    images: tuple[AssetId, ...] = Field(
        min_length=1,
        max_length=8,
        description="The first is changed; the next may be its new background, or lend what the prompt speaks of.",
    )
    prompt: str = Field(default="", max_length=4000, description="What to change; without it, other versions are made.")
    mask: AssetId | None = Field(
        default=None,
        description="Where it may change: the transparent part of a picture, or the white part of one without any.",
    )
    strength: float = Field(
        default=0.7, ge=0, le=1, description="How far it may go: 0 leaves the picture as it is, 1 goes farthest."
    )
    size: PictureSize | None = Field(
        default=None, description="Width and height in pixels; without it, those of the first picture, 2048 at most."
    )
    n: int = Field(default=1, ge=1, le=8, description="How many pictures.")
    seed: Seed | None = Field(default=None, description="Same input and seed, same pictures.")
    style: Style | None = Field(default=None, description="How it is to look; without it, as it looks.")

    def units(self) -> Decimal:
        """Count pictures."""
        return Decimal(self.n)


class EditedPicture(Contract):
    """One picture and what was done to it."""

    image: AssetId = Field(description="The flat PNG.")
    layers: AssetId | None = Field(default=None, description="Its layers, where it was drawn again from its scene.")
    seed: Seed = Field(description="The seed that makes this picture again.")
    done: tuple[str, ...] = Field(default=(), description="What was done, as far as whoever did it tells.")
    missing: tuple[str, ...] = Field(default=(), description="Words of the prompt that nothing came of.")


class Edited(MediaAnswer):
    """Changed pictures; assets are in the roles ``image`` and ``layers``, in the order of ``pictures``."""

    pictures: tuple[EditedPicture, ...] = Field(default=(), description="One entry for each picture.")


class Wear(Contract):
    """Something that a character wears, and its colour."""

    name: str = Field(max_length=40, description="What it is, for example scarf.")
    color: str = Field(pattern=r"^#[0-9a-f]{6}$", description="Its colour, as #rrggbb.")


class Look(Contract):
    """How a character looks, wherever it is drawn."""

    species: str = Field(max_length=40, description="The subject of the catalog that it is, for example fox or girl.")
    colors: dict[str, str] = Field(
        default={}, max_length=24, description="Colours by part, as #rrggbb: skin, hair, top, main…"
    )
    hair: str = Field(default="short", max_length=40, description="The style of the hair, for people.")
    wears: tuple[Wear, ...] = Field(default=(), max_length=12, description="Clothes and accessories.")
    expression: str = Field(default="happy", max_length=40, description="The face it makes by default.")
    size: float = Field(default=1.0, ge=0.3, le=2.0, description="How large it is among others of its species.")


class Character(Contract):
    """A character that pictures can refer to."""

    name: str = Field(max_length=80, description="What prompts call it.")
    description: str = Field(max_length=2000, description="The words that it was designed from.")
    look: Look = Field(description="How it looks.")


class DrawCharacter(Ask):
    """Design a character from its description."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Pip", "description": "a little green robot with a red scarf"},
                {
                    "name": "Mira",
                    "description": "a girl with curly red hair and a yellow raincoat",
                    "personality": "curious",
                },
            ]
        }
    )

    name: str = Field(min_length=1, max_length=80, description="What prompts will call it.")
    description: str = Field(min_length=1, max_length=2000, description="Who it is and how it looks.")
    personality: str = Field(default="", max_length=1000, description="How it is; it shows in the face.")
    views: tuple[View, ...] = Field(
        default=("portrait", "sheet"), min_length=1, max_length=2, description="Which pictures to make."
    )
    style: Style = Field(
        default="storybook", description="How it looks: storybook, flat, night, paper-cut or blueprint."
    )
    seed: Seed | None = Field(default=None, description="Another seed, another look for what the words leave open.")
    size: PictureSize = Field(default=(768, 768), description="Width and height of each picture, 64 to 2048 a side.")


class CharacterDrawn(MediaAnswer):
    """The character's pictures, in the roles ``portrait`` and ``sheet``; either serves as a reference."""

    character: Character = Field(description="The character, with its look.")


class CardColors(Contract):
    """The colours of a card; words are written in the ink, light or dark, that can be read best on them."""

    ground: Color = Field(default="#1d2b44", description="What everything lies on.")
    second: Color | None = Field(default=None, description="Comes in from two corners.")
    accent: Color = Field(default="#f2b83d", description="The button of the call to action.")


class Card(Ask):
    """Lay out a picture, a logo and words on a ground of given colours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Ride home safe",
                    "action": "Order yours today",
                    "note": "Glowbike",
                    "colors": {"ground": "#12355b", "second": "#1d5c8f", "accent": "#ffb400"},
                    "size": "1080x1920",
                }
            ]
        }
    )

    size: PictureSize = Field(default=(1280, 720), description="Width and height in pixels, 64 to 2048 a side.")
    colors: CardColors = Field(default=CardColors(), description="Its colours, as #rrggbb.")
    picture: AssetId | None = Field(
        default=None, description="Shown whole; alone, it leaves the place of captions free."
    )
    logo: AssetId | None = Field(default=None, description="On a plate of its own where the ground would swallow it.")
    title: str | None = Field(default=None, min_length=1, max_length=120, description="Large, in up to four lines.")
    action: str | None = Field(default=None, min_length=1, max_length=60, description="On a button, in one line.")
    note: str | None = Field(default=None, min_length=1, max_length=80, description="Small, in one line, at the end.")
    corners: float = Field(
        default=0.0, ge=0, le=0.5, description="Radius of its corners over its shorter side; outside one sees through."
    )

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not any((self.picture, self.logo, self.title, self.action, self.note)):
            raise ValueError("a card needs a picture, a logo or words")
        return self


class CardDrawn(MediaAnswer):
    """A card, as a PNG in the role ``image``."""


__all__ = [
    "Card",
    "CardDrawn",
    "Character",
    "CharacterDrawn",
    "DrawCharacter",
    "Edit",
    "Edited",
    "EditedPicture",
    "Generate",
    "Generated",
    "Look",
    "Picture",
    "Wear",
]
