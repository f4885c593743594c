"""What the frontend of adcraft sends and reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from mediamill_products.adcraft.contract import (
    MOST_PICTURES,
    MOST_VARIANTS,
    Captions,
    Color,
    Format,
    Formats,
    Music,
    Resolution,
    Seconds,
    Speaker,
)

T = TypeVar("T")
Status = Literal["draft", "pending", "in_progress", "completed", "failed"]


def _text(most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


def _by_role(colors: object) -> object:
    """Read a list of colours as primary, secondary and accent; of two, the second is the accent."""
    if not isinstance(colors, list) or not 1 <= len(colors) <= 3:
        return colors
    names = ("primary", "accent") if len(colors) == 2 else ("primary", "secondary", "accent")
    return dict(zip(names, colors, strict=False))


def _several(formats: object) -> object:
    return [formats] if isinstance(formats, str) else formats


class Given(BaseModel):
    """What a frontend sends; what nobody knows is refused rather than dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    spellings: ClassVar[Mapping[str, str]] = {}
    """Other names that frontends know some fields by."""

    @model_validator(mode="before")
    @classmethod
    def _by_our_names(cls, raw: object) -> object:
        return {cls.spellings.get(name, name): value for name, value in raw.items()} if isinstance(raw, dict) else raw

    def facts(self) -> dict[str, Any]:
        """Give what was sent, as the tables hold it."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value.model_dump() if isinstance(value, BaseModel) else value for name, value in sent.items()}


class BrandColors(Given):
    """The colours of a brand, as #rrggbb."""

    primary: Color = "#1d2b44"
    secondary: Color | None = None
    accent: Color = "#f2b83d"


class BrandChange(Given):
    """What is to be different about a brand; what is not sent stays."""

    spellings = {"colours": "colors"}

    name: Annotated[str, _text(80)] = Field("", description="As it is shown and spoken.")
    voice: Annotated[str, _text(200)] | None = Field(None, description="How it speaks, in words: warm, confident.")
    speaker: Speaker = Field("heart", description="Who reads.")
    colors: Annotated[BrandColors, BeforeValidator(_by_role)] = Field(
        BrandColors(),
        description="primary, secondary and accent, by name or as a list.",
    )
    logo: UUID | None = Field(None, description="A picture among the assets, best a PNG that is see-through around it.")
    audience: Annotated[str, _text(400)] | None = Field(None, description="Whom it speaks to.")


class BrandNew(BrandChange):
    """A brand to be."""

    name: Annotated[str, _text(80)] = Field(description="As it is shown and spoken.")


class BrandShown(BaseModel):
    """A brand."""

    id: UUID
    name: str
    voice: str | None
    speaker: str
    colors: dict[str, str | None]
    logo: UUID | None
    logo_url: str | None = Field(description="Signed, short-lived.")
    audience: str | None
    created_at: datetime
    updated_at: datetime


class CampaignChange(Given):
    """What is to be different about a campaign; what is not sent stays. Films that are there do not change by it."""

    spellings = {"format": "formats", "length": "seconds"}

    brand_id: UUID = Field(UUID(int=0), description="Who advertises.")
    name: Annotated[str, _text(120)] | None = Field(None, description="What people call it among themselves.")
    brief: Annotated[str, _text(20_000)] = Field("", description="What is told: facts, not directions.")
    pictures: list[UUID] = Field(
        [], max_length=MOST_PICTURES, description="Photographs of the product, among the assets."
    )
    formats: Annotated[Formats, BeforeValidator(_several)] = Field(("16:9",), description="One film for each.")
    seconds: Seconds = 15.0
    call_to_action: Annotated[str, _text(60)] = Field("Find out more", description="Spoken and shown at the end.")
    resolution: Resolution = 720
    music: Music = "auto"
    captions: Captions = "burned"


class CampaignNew(CampaignChange):
    """A campaign to be."""

    brand_id: UUID = Field(description="Who advertises.")
    brief: Annotated[str, _text(20_000)] = Field(description="What is told: facts, not directions.")


class Generate(Given):
    """How the films of a campaign are to be made."""

    test_mode: bool = Field(default=False, description="On this machine alone, at no cost.")
    variants: int = Field(
        1, ge=1, le=MOST_VARIANTS, description="So many films a format, which differ in how they begin."
    )
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="Another seed, other films.")
    fresh: bool = Field(default=False, description="Make everything anew, also what was made before.")


class Video(BaseModel):
    """A film that is there. Its URLs are signed and short-lived; reading the campaign again gives new ones."""

    format: Format
    variant: int
    hook: str = Field(description="What it says first.")
    video_url: str
    poster_url: str
    captions_url: str | None
    duration_s: float
    width: int | None
    height: int | None
    lufs: float | None


class CampaignShown(BaseModel):
    """A campaign and how far its films are."""

    id: UUID
    brand_id: UUID
    name: str | None
    brief: str
    pictures: list[UUID]
    formats: list[Format]
    seconds: float
    call_to_action: str
    resolution: int
    music: str
    captions: str
    status: Status = Field(description="draft until films are asked for, and again when they are no longer kept.")
    progress: int = Field(description="Percent.")
    stage: str | None = Field(description="What is being done, in words.")
    error: str | None
    cost: float = Field(description="USD, of the films asked for last.")
    job_id: UUID | None
    test_mode: bool
    variants: int
    video_url: str | None = Field(description="The first film.")
    video_urls: dict[Format, str] = Field(description="The first variant's films, by format.")
    videos: list[Video]
    generated_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Listed(BaseModel, Generic[T]):
    """A page of a list, newest first."""

    data: list[T]
    next_cursor: UUID | None = Field(description="Give it as ?cursor= for the next page; null on the last one.")
