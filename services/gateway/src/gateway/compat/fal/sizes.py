"""Sizes as fal's models take them: a preset, width and height, or an aspect ratio with a resolution."""

from __future__ import annotations

from typing import Any

PRESETS = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
USUAL_RATIO, USUAL_RESOLUTION = "16:9", "720p"
SHORT_SIDES = {"360p": 360, "480p": 480, "540p": 540, "580p": 580, "720p": 720, "1080p": 1080}


def image_size(value: Any) -> tuple[Any, Any]:
    """Read an ``image_size``. Raises ``ValueError`` with what is possible."""
    if isinstance(value, dict) and set(value) == {"width", "height"}:
        return value["width"], value["height"]
    if isinstance(value, str) and value in PRESETS:
        return PRESETS[value]
    raise ValueError(f"give {{width, height}} or one of {', '.join(PRESETS)}")


def frame_size(ratio: Any, resolution: Any) -> tuple[int, int]:
    """Read an ``aspect_ratio`` and a ``resolution``, either of which may be ``None``. Raises ``ValueError``."""
    short = SHORT_SIDES.get(str(resolution or USUAL_RESOLUTION).lower())
    if short is None:
        raise ValueError(f"the resolution is one of {', '.join(SHORT_SIDES)}")
    width, _, height = str(ratio or USUAL_RATIO).partition(":")
    if not (_is_small(width) and _is_small(height)):
        raise ValueError("an aspect ratio is two numbers, such as 16:9")
    across, down = int(width), int(height)
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    return (long, short) if across >= down else (short, long)


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= len(text) <= 2 and int(text) > 0
