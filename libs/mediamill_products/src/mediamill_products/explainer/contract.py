"""What ``flow.explainer`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from mediamill.contracts import Ask, AssetId, Contract, MediaAnswer, Size

Captions = Literal["burned", "off"]
Voice = Literal["heart", "bright", "warm", "narrator", "deep", "child"]
Music = Literal["science", "calm", "off"]
Theme = Literal["light", "dark"]
SMALLEST, LARGEST = 240, 1920


def _digits(value: object) -> object:
    """Take an id as a number too, and as people write it: ``PMID: 123``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip().removeprefix("PMID:").strip() if isinstance(value, str) else value


PubmedId = Annotated[
    str,
    BeforeValidator(_digits),
    Field(pattern=r"^[1-9][0-9]{0,8}$", description="A PubMed id: 1 to 9 digits.", examples=["90000001"]),
]


def _filmable(size: tuple[int, int]) -> tuple[int, int]:
    if any(side % 2 or not SMALLEST <= side <= LARGEST for side in size):
        raise ValueError(f"each side must be an even number from {SMALLEST} to {LARGEST}, this is {size[0]}x{size[1]}")
    return size


FilmSize = Annotated[Size, AfterValidator(_filmable)]


class Explain(Ask):
    """Make a film of what an article's abstract says."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pubmed_id": "90000001"}, {"pubmed_id": "90000002", "size": "1080x1920"}]}
    )

    pubmed_id: PubmedId
    sections: int = Field(5, ge=1, le=8, description="At most so many sections; a title and the source come with them.")
    size: FilmSize = Field((1280, 720), description="1280x720, 720x1280 for upright, 1080x1080 for square, and others.")
    fps: int = Field(30, ge=12, le=60, description="Frames a second.")
    theme: Theme = Field("light", description="The paper that charts are drawn on.")
    voice: Voice = Field("heart", description="Who reads; see audio.speech.")
    speed: float = Field(0.95, ge=0.5, le=2.0, description="How fast the voice reads.")
    music: Music = Field("science", description="The mood of the music, or none.")
    captions: Captions = Field("burned", description="Captions in the picture; a WebVTT file comes with them.")


class Told(Contract):
    """A scene of the film, and what it rests on."""

    heading: str = Field(description="What stands over it.")
    narration: str = Field(description="What is said.")
    source: str = Field(description="The sentence of the abstract that it rests on; empty for title and source.")
    charted: tuple[str, ...] = Field(description="The numbers that it draws, exactly as the sentence has them.")
    start_s: float = Field(description="When it begins in the film.")
    seconds: float = Field(description="How long it stands.")
    picture: AssetId = Field(description="Its picture.")


class Explained(MediaAnswer):
    """A film, in the role ``film``, with its ``poster`` and, if it has captions, its ``captions``."""

    title: str = Field(description="The article's title.")
    citation: str = Field(description="The article, as a list of references has it.")
    url: str = Field(description="The article's page at PubMed.")
    duration_s: float = Field(description="Length in seconds.")
    scenes: tuple[Told, ...] = Field(description="In order.")
    lufs: float | None = Field(default=None, description="Measured loudness.")
