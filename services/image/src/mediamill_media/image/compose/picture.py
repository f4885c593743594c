"""Composes a scene into layers of SVG, back to front."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.compose import cast, kites, shore, sky, weather
from mediamill_media.image.compose.frame import Frame
from mediamill_media.image.compose.palette import palette_of
from mediamill_media.image.compose.scenery import scenery_of
from mediamill_media.image.compose.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.prompt.scene import Scene


class Layer(NamedTuple):
    """A layer as an SVG document's inside, how near it is, and whether it sways with the figures on it."""

    name: str
    body: str
    depth: float
    bob: bool = False


class Composition(NamedTuple):
    """All layers of a picture and the stage that they were built on."""

    stage: Stage
    layers: tuple[Layer, ...]


def compose(scene: Scene, size: tuple[int, int], seed: str, *, soft: bool = True) -> Composition:
    """Build the layers of a scene; the same scene, size and seed always give the same text."""
    stage = Stage(scene, Frame.of(size), palette_of(scene), seed, soft)
    spots = cast.arrange(stage)
    place = scenery_of(scene.place)

    def figures(layer: str) -> Callable[[Stage, Ink], str]:
        return lambda on, ink: "".join(cast.paint(on, ink, spot) for spot in spots if spot.layer == layer)

    floats = any(spot.layer == "cast" and cast.habitat(stage, spot.member) == "water" for spot in spots)
    hide = shore.front_water if floats and scene.place == "sea" else shore.nothing
    parts = (
        ("sky", 0.0, (sky.sky,)),
        ("far", 0.14, (sky.clouds, weather.behind, place.far)),
        ("mid", 0.38, (place.mid,)),
        ("ground", 0.6, (place.ground, figures("ground"), figures("water"), figures("air"))),
        ("cast", 0.9, (kites.strings(spots), figures("cast"), hide)),
        ("front", 1.15, (place.front, weather.in_front)),
    )
    return Composition(stage, tuple(_layer(stage, *part) for part in parts))


def _layer(stage: Stage, name: str, depth: float, parts: tuple[Callable[[Stage, Ink], str], ...]) -> Layer:
    ink = stage.ink()
    body = "".join(part(stage, ink) for part in parts)
    return Layer(name, ink.document_defs() + body if body else "", depth, bob=name == "cast")
