"""The child jobs of a campaign, as what they ask for: pure functions of the campaign and of what was made before."""

from __future__ import annotations

from typing import Any

from mediamill.contracts import Asset
from mediamill.handlers.context import Call
from mediamill_products.adcraft.contract import Campaign, Format
from mediamill_products.adcraft.plan import END_CARD_S, shown_in, size_of
from mediamill_products.filming.reads import Picture, Scene
from mediamill_products.filming.storyboard import Shot

BADGE_HEIGHT, BADGE_CORNERS = 160, 0.22
_ROOM_AROUND_LOGO = 1.25
_OVER_DRAWINGS = ("zoom_in", "pan_right", "zoom_out", "pan_left")
_OVER_PRODUCTS = ("zoom_in", "zoom_out")
"""No pans: the product is shown whole, and would be pushed out of the frame."""


def script_wanted(ask: Campaign, scenes: int) -> dict[str, Any]:
    """Ask for the script: an ad in the brand's voice, with the other ways to begin."""
    parts = [f"Brand: {ask.brand.name}", ask.brief]
    if ask.brand.audience is not None:
        parts.append(f"Audience: {' '.join(ask.brand.audience.split())}")
    return {
        "brief": "\n\n".join(parts)[:20_000],
        "scenes": scenes,
        "style": ask.style,
        "tone": "ad",
        "voice": ask.brand.voice,
        "openings": ask.variants - 1,
        "seconds": ask.seconds - END_CARD_S,
        "seed": ask.seed,
    }


def speech_wanted(ask: Campaign, text: str, speed: float) -> Call:
    """Ask for a narration."""
    return Call("audio.speech", {"text": text, "voice": ask.brand.speaker, "speed": speed})


def music_wanted(ask: Campaign, mood: str, seconds: float) -> Call:
    """Ask for the music, as long as the longest film."""
    return Call("audio.music", {"mood": mood if ask.music == "auto" else ask.music, "seconds": round(seconds, 3)})


def badge_wanted(ask: Campaign, logo: Asset | None) -> Call:
    """Ask for the badge that stands in the corner: the logo, or the brand's name."""
    aspect = 2.8
    if logo is not None and logo.width and logo.height:
        aspect = min(4.0, max(1.0, logo.width / logo.height * _ROOM_AROUND_LOGO))
    size = (round(BADGE_HEIGHT * aspect), BADGE_HEIGHT)
    words = {"logo": logo.id} if logo is not None else {"title": ask.brand.name}
    return Call("image.card", {"size": size, "corners": BADGE_CORNERS, "colors": _colors(ask), **words})


def end_card_wanted(ask: Campaign, shape: Format) -> Call:
    """Ask for the card that a film ends with."""
    words = {"title": ask.brand.name, "action": ask.call_to_action, "logo": ask.brand.logo}
    return Call("image.card", {"size": size_of(shape, ask.resolution), "colors": _colors(ask), **words})


def product_card_wanted(ask: Campaign, picture: int, shape: Format) -> Call:
    """Ask for a picture of the product, whole, on the brand's ground."""
    size = size_of(shape, ask.resolution)
    return Call("image.card", {"size": size, "colors": _colors(ask), "picture": ask.pictures[picture]})


def scene_wanted(ask: Campaign, scene: Scene, shape: Format) -> Call:
    """Ask for the drawing of a scene, in the brand's colours."""
    return Call(
        "image.generate",
        {
            "prompt": scene.image_prompt,
            "size": size_of(shape, ask.resolution),
            "style": ask.style,
            "colors": [ask.brand.colors.primary, ask.brand.colors.accent],
            "seed": ask.seed,
        },
    )


def clip_wanted(ask: Campaign, picture: Picture, shot: Shot, shape: Format, number: int) -> Call:
    """Ask for the clip of a scene: the camera moves through what was drawn, or over what was photographed."""
    shown = shown_in(ask)
    motions = _OVER_DRAWINGS if shown[number] is None else _OVER_PRODUCTS
    before = sum((other is None) == (shown[number] is None) for other in shown[:number])
    return Call(
        "video.generate",
        {
            "image": picture.image,
            "layers": picture.layers,
            "seconds": shot.length_s,
            "size": size_of(shape, ask.resolution),
            "fps": ask.fps,
            "motion": motions[before % len(motions)],
        },
    )


def _colors(ask: Campaign) -> dict[str, Any]:
    colors = ask.brand.colors
    return {"ground": colors.primary, "second": colors.secondary, "accent": colors.accent}
