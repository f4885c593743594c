"""Draws one of our own pictures again, with its scene changed."""

from __future__ import annotations

from typing import NamedTuple, get_args

from mediamill_media.image.characters.branding import branded
from mediamill_media.image.characters.casting import cast_scene
from mediamill_media.image.characters.scenes import scene_of
from mediamill_media.image.contract import Style
from mediamill_media.image.edit.recipe import MOST_EDITS, Recipe
from mediamill_media.image.edit.revise import revise
from mediamill_media.image.edit.wishes import read_wishes
from mediamill_media.image.prompt.scene import Scene

_STYLES: dict[str | None, Style] = {style: style for style in get_args(Style)}


class Redraw(NamedTuple):
    """What is drawn, and how it came to that."""

    scene: Scene
    recipe: Recipe
    done: tuple[str, ...]
    missing: tuple[str, ...]


def redraw_of(recipe: Recipe, prompt: str, style: Style | None, seed: int | None) -> Redraw:
    """Change the scene of a recipe as a prompt says. ``done`` is empty when nothing in it is of a scene."""
    told = read_wishes(prompt).style
    wanted = style or (_STYLES.get(told, recipe.style))
    drawn_with = recipe.seed if seed is None else seed
    if len(recipe.edits) == MOST_EDITS:
        return Redraw(Scene(), recipe, (), ())
    scene = _scene(recipe.model_copy(update={"seed": drawn_with, "style": wanted}))
    revision = revise(scene, prompt)
    done = revision.done if wanted == recipe.style else (*revision.done, f"style: {wanted}")
    edits = (*recipe.edits, prompt) if revision.done else recipe.edits
    changed = recipe.model_copy(update={"edits": edits, "style": wanted, "seed": drawn_with})
    return Redraw(cast_scene(revision.scene, drawn_with), changed, done, revision.missing)


def _scene(recipe: Recipe) -> Scene:
    """Give the scene of a recipe with everybody's look, after all that was changed in it so far."""
    drawn = branded(scene_of(recipe.prompt, recipe.style, recipe.references), recipe.brand)
    scene = cast_scene(drawn, recipe.seed)
    for edit in recipe.edits:
        scene = cast_scene(revise(scene, edit).scene, recipe.seed)
    return scene
