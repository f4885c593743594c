"""A picture's recipe: the words that it was drawn from, in an iTXt chunk, and the pixels that they gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from PIL import Image
from pydantic import Field, ValidationError

from mediamill.contracts import Contract
from mediamill.errors import BadMedia
from mediamill_media.image.characters.chunk import Reference, check_look
from mediamill_media.image.contract import Character, Generate, Seed, Style
from mediamill_media.image.render.raster import Pixels, digest_of
from mediamill_media.image.render.texts import with_text

KEY = "mediamill.scene"
LARGEST_CHUNK = 262_144
MOST_EDITS = 16
Words = Annotated[str, Field(max_length=4000)]


class Recipe(Contract):
    """What draws a picture again, and what is then changed in it."""

    prompt: Words
    edits: tuple[Words, ...] = Field(default=(), max_length=MOST_EDITS)
    style: Style = "storybook"
    seed: Seed = 0
    cast: tuple[Character, ...] = Field(default=(), max_length=8)
    colors: tuple[Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")], ...] = Field(default=(), max_length=24)
    brand: tuple[Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")], ...] = Field(default=(), max_length=8)
    """The colours that all of it is drawn in, if somebody asked for that."""
    pixels: str = Field(default="", max_length=64)
    """The digest of the picture: whoever has painted into it since has another one."""

    @property
    def references(self) -> list[Reference]:
        """Give what the picture's references lent."""
        return [*(Reference(character) for character in self.cast), Reference(colors=self.colors)]


def recipe_of(ask: Generate, seed: int, references: Sequence[Reference]) -> Recipe:
    """Write down what an illustration is made from."""
    cast = tuple(one.character for one in references if one.character is not None)
    colors = tuple(color for one in references for color in one.colors)
    return Recipe(prompt=ask.prompt, style=ask.style, seed=seed, cast=cast, colors=colors, brand=ask.colors)


def inscribed(png: bytes, recipe: Recipe) -> bytes:
    """Give the PNG with its recipe in it; the picture itself stays as it is."""
    return with_text(png, KEY, recipe.model_dump_json(exclude_defaults=True))


def read_recipe(picture: Image.Image, pixels: Pixels, asset_id: str) -> Recipe | None:
    """Give the recipe of a picture that is still as it was drawn. Raises ``BadMedia`` for one that is no recipe."""
    raw = picture.info.get(KEY)
    if raw is None:
        return None
    if len(str(raw)) > LARGEST_CHUNK:
        raise BadMedia(f"Picture {asset_id} carries a recipe of {len(str(raw))} characters; that is too many.")
    try:
        recipe = Recipe.model_validate_json(str(raw))
    except ValidationError as wrong:
        error = wrong.errors()[0]
        where = ".".join(map(str, error["loc"]))
        raise BadMedia(f"Picture {asset_id} carries a recipe that does not fit: {where}: {error['msg']}.") from wrong
    for character in recipe.cast:
        check_look(character, asset_id)
    return recipe if recipe.pixels == digest_of(pixels) else None
