"""The illustrator of this machine: no key, no network, no GPU."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.image.characters.branding import branded
from mediamill_media.image.characters.casting import cast_scene
from mediamill_media.image.characters.chunk import Reference, read_reference, sign
from mediamill_media.image.characters.design import design
from mediamill_media.image.characters.scenes import scene_of
from mediamill_media.image.characters.sheet import draw_view
from mediamill_media.image.contract import Character, DrawCharacter, Generate, Generated, Picture
from mediamill_media.image.edit.recipe import Recipe, inscribed, recipe_of
from mediamill_media.image.prompt.scene import Scene
from mediamill_media.image.render.illustrate import Illustration, illustrate
from mediamill_media.image.render.package import MEDIA_TYPE


class Local:
    """This machine's way to serve ``image.generate``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Read the prompt into a scene and draw it once for each seed; a replay draws nothing again."""
        references = read_references(ctx, ask)
        scene = scene_of(ask.prompt, ask.style, references)
        pictures: list[Picture] = []
        assets: list[Asset] = []
        for number, seed in enumerate(seeds_of(ask)):
            recipe = recipe_of(ask, seed, references)
            saved = ctx.step(f"draw {number}", save_picture, ctx, ask, scene, recipe, number)
            assets.extend(saved)
            pictures.append(told(scene, seed, saved))
        return Generated(assets=tuple(assets), pictures=tuple(pictures))


LOCAL = Local()


def seeds_of(ask: Generate) -> list[int]:
    """Give the seed of each picture: the asked one and its followers, or those that follow from the prompt."""
    first = ask.seed
    if first is None:
        first = int.from_bytes(hashlib.sha256(ask.prompt.encode()).digest()[:4])
    return [(first + number) % 2**63 for number in range(ask.n)]


def read_references(ctx: Context, ask: Generate) -> list[Reference]:
    """Read all references of an ask, each checked before it is decoded."""
    return [read_reference(ctx.open(asset_id), asset_id) for asset_id in ask.references]


def picture_of(scene: Scene, ask: Generate, seed: int, tell: Callable[[int, int], None]) -> Illustration:
    """Draw one picture of an ask."""
    dressed = cast_scene(branded(scene, ask.colors), seed)
    return illustrate(dressed, ask.size, str(seed), ask.style, tell, ask.colors[0] if ask.colors else None)


def save_picture(ctx: Context, ask: Generate, scene: Scene, recipe: Recipe, number: int) -> tuple[Asset, ...]:
    """Draw one picture and keep its two files; the flat one carries what it was drawn from."""

    def tell(done: int, parts: int) -> None:
        ctx.progress(number + done / parts, ask.n, f"drawing picture {number + 1} of {ask.n}")

    return keep_drawn(ctx, picture_of(scene, ask, recipe.seed, tell), recipe, ask.size)


def keep_drawn(ctx: Context, drawn: Illustration, recipe: Recipe, size: tuple[int, int]) -> tuple[Asset, ...]:
    """Keep the two files of an illustration."""
    width, height = size
    png = inscribed(drawn.png, recipe.model_copy(update={"pixels": drawn.digest}))
    return (
        ctx.save(png, "image/png", role="image", width=width, height=height),
        ctx.save(drawn.layers, MEDIA_TYPE, role="layers", width=width, height=height),
    )


def told(scene: Scene, seed: int, assets: Sequence[Asset]) -> Picture:
    """Tell what a picture shows of its prompt."""
    image, layers = assets
    return Picture(
        image=image.id, layers=layers.id, seed=seed, drawn=scene.drawn, missing=scene.missing, shown_as=scene.shown_as
    )


def character_of(ask: DrawCharacter) -> Character:
    """Design the character that an ask describes."""
    return design(ask.name, ask.description, ask.personality, ask.seed)


def save_view(ctx: Context, ask: DrawCharacter, character: Character, view: str) -> Asset:
    """Draw one view of a character and keep it, the character inside."""
    width, height = ask.size
    drawn = draw_view(character, view, ask.size, ask.style)
    png = sign(drawn.pixels, character, drawn.faces)
    return ctx.save(png, "image/png", role=view, width=width, height=height)
