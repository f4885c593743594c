"""What ``flow.campaign`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer

Format = Literal["16:9", "9:16", "1:1"]
Speaker = Literal["heart", "bright", "warm", "narrator", "deep", "child"]
Music = Literal["auto", "off", "calm", "adventure", "mystery", "happy", "science"]
Captions = Literal["burned", "off"]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]

MOST_PICTURES, MOST_VARIANTS = 8, 5
SHORTEST_S, LONGEST_S = 6.0, 90.0


def _different(formats: tuple[Format, ...]) -> tuple[Format, ...]:
    if len(set(formats)) < len(formats):
        raise ValueError("each format once")
    return formats


def _even(side: int) -> int:
    if side % 2:
        raise ValueError(f"an even number is needed for H.264, this is {side}")
    return side


Formats = Annotated[
    tuple[Format, ...],
    Field(min_length=1, max_length=3, description="One film for each: 16:9 lying, 9:16 upright, 1:1 square."),
    AfterValidator(_different),
]
Resolution = Annotated[
    int, Field(ge=240, le=1080, description="Pixels of the shorter side, an even number."), AfterValidator(_even)
]
Seconds = Annotated[
    float, Field(ge=SHORTEST_S, le=LONGEST_S, description="The length to aim at; what is said is never cut off.")
]


class Colors(Contract):
    """The colours of a brand, as #rrggbb."""

    primary: Color = Field(default="#1d2b44", description="The ground of cards; pictures take it up.")
    secondary: Color | None = Field(default=None, description="Comes into the corners of cards.")
    accent: Color = Field(default="#f2b83d", description="The button of the call to action.")


class Brand(Contract):
    """Who advertises."""

    name: str = Field(min_length=1, max_length=80, description="As it is shown and spoken.")
    voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="How it speaks, in words: warm, confident.",
    )
    speaker: Speaker = Field(default="heart", description="Who reads; see audio.speech.")
    colors: Colors = Field(default=Colors(), description="Its colours.")
    logo: AssetId | None = Field(default=None, description="A picture, best a PNG that is see-through around it.")
    audience: str | None = Field(default=None, min_length=1, max_length=400, description="Whom it speaks to.")


class Campaign(Ask):
    """Make the films of a campaign."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "brand": {"name": "Glowbike", "voice": "warm, confident", "colors": {"primary": "#12355b"}},
                    "brief": "A bike light that is seen from 800 metres. It charges in 40 minutes.",
                    "call_to_action": "Order yours today",
                    "formats": ["16:9", "9:16"],
                    "variants": 2,
                }
            ]
        }
    )

    brand: Brand = Field(description="Who advertises.")
    brief: str = Field(min_length=1, max_length=20_000, description="What is told: facts, not directions.")
    pictures: tuple[AssetId, ...] = Field(
        default=(), max_length=MOST_PICTURES, description="Photographs of the product; scenes show them, whole."
    )
    formats: Formats = ("16:9",)
    seconds: Seconds = 15.0
    call_to_action: str = Field(
        default="Find out more", min_length=1, max_length=60, description="Spoken and shown at the end."
    )
    variants: int = Field(
        default=1, ge=1, le=MOST_VARIANTS, description="So many films a format, which differ in how they begin."
    )
    resolution: Resolution = 720
    fps: int = Field(default=30, ge=12, le=60, description="Frames a second.")
    style: str = Field(default="flat", min_length=1, max_length=80, description="How drawn scenes look.")
    music: Music = Field(default="auto", description="The mood of the music; auto takes the script's.")
    captions: Captions = Field(default="burned", description="Captions in the picture; a WebVTT file comes with them.")
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1, description="Another seed, other films.")


class FilmMade(Contract):
    """One film of a campaign; its assets are among the answer's."""

    format: Format = Field(description="Its shape.")
    variant: int = Field(description="Which way to begin it has, from 1.")
    hook: str = Field(description="What it says first.")
    film: AssetId = Field(description="The film.")
    poster: AssetId = Field(description="A frame that stands for it.")
    captions: AssetId | None = Field(default=None, description="Its captions as WebVTT.")
    duration_s: float = Field(description="Its length.")
    end_card_s: float = Field(description="When its end card is there.")
    lufs: float | None = Field(default=None, description="Its measured loudness.")


class CampaignMade(MediaAnswer):
    """The films of a campaign, in the roles ``film``, ``poster`` and ``captions``."""

    title: str = Field(description="The title of the script.")
    films: tuple[FilmMade, ...] = Field(description="By variant, and by format as they were asked for.")
    narrations: tuple[str, ...] = Field(description="What all of them say after they began, scene by scene.")
