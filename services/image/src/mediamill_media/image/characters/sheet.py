"""The pictures of a character: a portrait, and a sheet with its faces and poses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import quoteattr

from mediamill_media.image.art.colors import mix
from mediamill_media.image.art.ink import Ink, Light
from mediamill_media.image.compose.figure import draw
from mediamill_media.image.compose.frame import Frame
from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.prompt.scene import Subject
from mediamill_media.image.render.faces import Face, faces_in
from mediamill_media.image.render.finish import to_pixels
from mediamill_media.image.render.flatten import middle
from mediamill_media.image.render.looks import is_soft
from mediamill_media.image.render.raster import document, rasterize

if TYPE_CHECKING:
    from mediamill_media.image.contract import Character
    from mediamill_media.image.render.raster import Pixels

FACES = ("happy", "laughing", "surprised", "sad", "sleepy", "angry")


class Pose(NamedTuple):
    """One figure on a page: where its feet are, how high it is, its face and what it does."""

    x: float
    y: float
    height: float
    expression: str
    wave: bool = False


class View(NamedTuple):
    """A picture of a character, and whose faces are where in it."""

    pixels: Pixels
    faces: tuple[Face, ...]


def draw_view(character: Character, view: str, size: tuple[int, int], style: str) -> View:
    """Draw the portrait or the sheet of a character."""
    frame = Frame.of(size)
    ink = Ink(Light("#ffffff" if style != "night" else "#233a86", 0.0 if style != "night" else 0.22), is_soft(style))
    poses = _portrait(character, frame) if view == "portrait" else _sheet(character, frame)
    body = _page(character, ink, frame, view) + "".join(_figure(character, ink, pose) for pose in poses)
    pixels = rasterize(document(ink.document_defs() + body, frame, frame.pixels(size)))
    shown = to_pixels(middle(pixels, size)[..., :3].astype("float32"))
    return View(shown, tuple(faces_in(body, frame, size)))


def _accent(character: Character) -> str:
    colors = character.look.colors
    return colors.get("top") or colors.get("main") or "#8cc8f4"


def _page(character: Character, ink: Ink, frame: Frame, view: str) -> str:
    """Draw a quiet background in the character's own colours."""
    tone = mix(mix(_accent(character), "#cfe4f7", 0.6), "#ffffff", 0.35)
    page = (
        f'<rect x="{frame.left}" y="{frame.top}" width="{frame.w + 2 * frame.mx}" '
        f'height="{frame.h + 2 * frame.my}" fill="{ink.paint_of(tone, "soft")}"/>'
    )
    x, y, r = frame.w / 2, frame.h * 0.48, min(frame.w, frame.h) * 0.46
    if view != "portrait":
        return page + (
            f'<rect x="{frame.w * 0.03:.0f}" y="{frame.h * 0.03:.0f}" width="{frame.w * 0.94:.0f}" '
            f'height="{frame.h * 0.94:.0f}" rx="34" fill="{mix(tone, "#ffffff", 0.7)}"/>'
        )
    disc = f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="{mix(tone, "#ffffff", 0.5)}"/>'
    dots = "".join(
        f'<circle cx="{frame.w * sx:.0f}" cy="{frame.h * sy:.0f}" r="{sr}" fill="{mix(tone, "#ffffff", 0.65)}"/>'
        for sx, sy, sr in ((0.1, 0.14, 12), (0.9, 0.2, 17), (0.07, 0.6, 9), (0.94, 0.66, 11), (0.84, 0.08, 7))
    )
    return page + dots + disc


def _portrait(character: Character, frame: Frame) -> tuple[Pose, ...]:
    """Draw the character large, its feet below the edge when it has a head to look at."""
    tall = min(frame.h, frame.w * 1.1)
    height = tall * (1.18 if catalog()[character.look.species].acts else 0.72)
    foot = frame.h * 0.14 + height if catalog()[character.look.species].acts else frame.h * 0.84
    return (Pose(frame.w / 2, foot, height, character.look.expression),)


def _sheet(character: Character, frame: Frame) -> tuple[Pose, ...]:
    """Draw a row of full figures and, where the format has room, a row of faces."""
    tall = frame.h > frame.w * 1.2
    columns = 2 if tall else 3
    rows = len(FACES) // columns
    cell_w, cell_h = frame.w * 0.9 / columns, frame.h * 0.9 / rows
    poses = []
    for index, face in enumerate(FACES):
        x = frame.w * 0.05 + cell_w * (index % columns + 0.5)
        y = frame.h * 0.05 + cell_h * (index // columns + 0.94)
        poses.append(Pose(x, y, min(cell_h * 0.82, cell_w * 1.1), face, wave=index % 3 == 1))
    return tuple(poses)


def _figure(character: Character, ink: Ink, pose: Pose) -> str:
    look = character.look.model_copy(update={"expression": pose.expression})
    subject = Subject(name=look.species, word=character.name, look=look, soars=pose.wave)
    figure = draw(replace(subject, expression=pose.expression), look, ink)
    scale = min(pose.height / figure.height, pose.height * 1.12 / figure.width)
    shade = (
        f'<ellipse cx="{pose.x:.0f}" cy="{pose.y:.0f}" rx="{figure.width * scale * 0.46:.0f}" '
        f'ry="{figure.width * scale * 0.07:.0f}" fill="#4a3f66" opacity=".16"/>'
    )
    place = f"translate({pose.x:.1f} {pose.y:.1f}) scale({scale:.4f})"
    return shade + f'<g transform="{place}" data-who={quoteattr(character.name)}>{figure.body}</g>'
