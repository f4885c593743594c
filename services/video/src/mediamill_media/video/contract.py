"""What ``video.generate`` takes and gives."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Ask, AssetId, MediaAnswer, Size

Motion = Literal["auto", "zoom_in", "zoom_out", "pan_left", "pan_right", "rise", "still"]
"""What the camera does; ``auto`` is chosen by the seed."""
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]

_AN_ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"


def _codable(size: tuple[int, int]) -> tuple[int, int]:
    if size[0] % 2 or size[1] % 2:
        raise ValueError(f"both sides must be even for H.264, this is {size[0]}x{size[1]}")
    return size


ClipSize = Annotated[Size, AfterValidator(_codable)]


class Generate(Ask):
    """Make a clip of layers, of a picture, or of a prompt, in this order of preference."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"prompt": "a little silver robot in a snowy forest at night", "seconds": 5},
                {"layers": _AN_ASSET, "seconds": 6.5, "motion": "pan_right", "size": "1280x720"},
                {"image": _AN_ASSET, "seconds": 4, "size": [720, 1280], "fps": 25, "motion": "zoom_in"},
            ]
        }
    )

    prompt: str | None = Field(
        default=None,
        min_length=1,
        max_length=4000,
        description="What to show, when no picture is given; drawn by a child job of kind image.generate.",
    )
    image: AssetId | None = Field(default=None, description="A picture (PNG, JPEG, WebP, …); it covers the frame.")
    layers: AssetId | None = Field(
        default=None, description="The layers of a picture, as image.generate gives them; they move against each other."
    )
    seconds: float = Field(default=5.0, ge=0.5, le=120, description="Length of the clip.")
    size: ClipSize = Field(default=(1280, 720), description="Width and height in pixels, even numbers.")
    fps: int = Field(default=30, ge=1, le=60, description="Frames a second.")
    motion: Motion = Field(default="auto", description="What the camera does; pan_left moves the camera to the left.")
    seed: Seed | None = Field(
        default=None, description="Chooses the motion where it is auto, and the prompt's picture."
    )

    @model_validator(mode="after")
    def _has_something_to_show(self) -> Self:
        if self.prompt is None and self.image is None and self.layers is None:
            raise ValueError("one of layers, image and prompt is needed")
        return self

    def units(self) -> Decimal:
        """Count seconds, each that is begun."""
        return Decimal(math.ceil(self.seconds))


class Generated(MediaAnswer):
    """A clip in the role ``clip``: H.264 in the house profile, without sound."""

    duration_s: float = Field(description="Its length: frames over frames a second.")
    frames: int = Field(description="How many frames it has: seconds times frames a second, rounded.")
    motion: Motion = Field(default="auto", description="What the camera did.")


__all__ = ["Generate", "Generated", "Motion"]
