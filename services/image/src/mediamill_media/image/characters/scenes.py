"""Scenes of a prompt and what it refers to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mediamill_media.image.characters.chunk import Reference
from mediamill_media.image.prompt.parse import parse
from mediamill_media.image.prompt.scene import Scene


def scene_of(prompt: str, style: str, references: Sequence[Reference] = ()) -> Scene:
    """Read a prompt with its references into a scene."""
    cast = {found.character.name: found.character for found in references if found.character}
    hints = tuple(color for found in references for color in found.colors)
    scene = parse(prompt, cast, time="night" if style == "night" else None)
    return replace(scene, colors=(*scene.colors, *hints))
