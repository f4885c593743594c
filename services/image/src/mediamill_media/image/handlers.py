"""How pictures and characters are made."""

from __future__ import annotations

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill_media.image.contract import Character, CharacterDrawn, DrawCharacter, Generate, Generated, Picture
from mediamill_media.image.prompt.scene import Scene
from mediamill_media.image.providers import local


@handler(Generate)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Read the prompt into a scene and draw it once for each seed; what was drawn is not drawn again on a replay."""
    scene = local.scene_of(ask.prompt, ask.style, local.read_references(ctx, ask))
    pictures: list[Picture] = []
    assets: list[Asset] = []
    for number, seed in enumerate(local.seeds_of(ask)):
        saved = ctx.step(f"draw {number}", _draw, ctx, ask, scene, seed, number)
        assets.extend(saved)
        pictures.append(local.told(scene, seed, saved))
    return Generated(assets=tuple(assets), pictures=tuple(pictures))


@handler(DrawCharacter)
def character(ctx: Context, ask: DrawCharacter) -> CharacterDrawn:
    """Design the character and draw each view of it."""
    designed = local.character_of(ask)
    assets = []
    for number, view in enumerate(dict.fromkeys(ask.views)):
        ctx.progress(number, len(ask.views), f"drawing the {view}")
        assets.append(ctx.step(f"draw {view}", _draw_view, ctx, ask, designed, view))
    return CharacterDrawn(assets=tuple(assets), character=designed)


def _draw(ctx: Context, ask: Generate, scene: Scene, seed: int, number: int) -> tuple[Asset, ...]:
    return local.save_picture(ctx, ask, scene, seed, number)


def _draw_view(ctx: Context, ask: DrawCharacter, designed: Character, view: str) -> Asset:
    return local.save_view(ctx, ask, designed, view)
