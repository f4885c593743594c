"""From a scene to the two files of a picture: the flat PNG and its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.compose.picture import Layer, compose
from mediamill_media.image.compose.sky import backdrop
from mediamill_media.image.render.backdrop import paint_backdrop
from mediamill_media.image.render.faces import carrying, faces_in
from mediamill_media.image.render.flatten import flatten
from mediamill_media.image.render.grade import lean_towards
from mediamill_media.image.render.looks import dress_layer, finish_as, is_soft
from mediamill_media.image.render.package import pack
from mediamill_media.image.render.raster import Pixels, digest_of, document, encode_png, rasterize

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.compose.stage import Stage
    from mediamill_media.image.prompt.scene import Scene


class Illustration(NamedTuple):
    """A picture's bytes: the PNG and the layers' zip; and the digest of its pixels, by which it is known again."""

    png: bytes
    layers: bytes
    digest: str


def silent(_done: int, _all: int) -> None:
    """Tell nobody about progress."""


def illustrate(
    scene: Scene,
    size: tuple[int, int],
    seed: str,
    style: str,
    tell: Callable[[int, int], None] = silent,
    color: str | None = None,
) -> Illustration:
    """Draw a scene; what is around its figures leans towards ``color``, if there is one.

    ``tell(done, all)`` is called after each layer, and may raise to stop the work.
    """
    stage, layers = compose(scene, size, seed, soft=is_soft(style))
    shown = [layer for layer in layers if layer.body or layer.name == "sky"]
    pixels = []
    for number, layer in enumerate(shown):
        drawn = _pixels_of(layer, stage, stage.frame.pixels(size))
        dressed = dress_layer(style, layer, drawn, stage)
        pixels.append(dressed if color is None or layer.name == "cast" else lean_towards(color, dressed))
        tell(number + 1, len(shown) + 2)
    flat = finish_as(style, flatten(pixels, size))
    tell(len(shown) + 1, len(shown) + 2)
    faces = [face for layer in shown for face in faces_in(layer.body, stage.frame, size)]
    png = carrying(encode_png(flat), faces) if faces else encode_png(flat)
    return Illustration(png, pack(size, list(zip(shown, pixels, strict=True))), digest_of(flat))


def _pixels_of(layer: Layer, stage: Stage, pixels: tuple[int, int]) -> Pixels:
    """Rasterize a layer; the sky's lies on its backdrop."""
    drawn = rasterize(document(layer.body, stage.frame, pixels))
    return paint_backdrop(backdrop(stage), stage.frame, pixels, drawn) if layer.name == "sky" else drawn
