"""How pictures and characters are made, and pictures changed."""

from __future__ import annotations

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill.handlers.handler import handler
from mediamill.handlers.links import links_of
from mediamill_media.image.cards.card import Inlays, draw_card
from mediamill_media.image.cards.pieces import read_piece
from mediamill_media.image.charts.contract import Draw, Drawn
from mediamill_media.image.charts.saving import save
from mediamill_media.image.contract import (
    Card,
    CardDrawn,
    Character,
    CharacterDrawn,
    DrawCharacter,
    Edit,
    Edited,
    Generate,
    Generated,
)
from mediamill_media.image.providers import local, local_edit

PROVIDERS = "mediamill_media.image.providers"


@handler(Generate)
def generate_here(ctx: Context, ask: Generate) -> Generated:
    """Draw as jobs did that began before there were other providers."""
    return local.LOCAL.serve(ctx, ask)


@handler(Generate, generation=2)
def generate(ctx: Context, ask: Generate) -> Generated:
    """Have the pictures drawn here or by a vendor, as the chain says."""
    return ctx.chain(links_of("image.generate", local.LOCAL, PROVIDERS), ask)


@handler(Edit)
def edit(ctx: Context, ask: Edit) -> Edited:
    """Have a picture changed here or by a vendor, as the chain says."""
    return ctx.chain(links_of("image.edit", local_edit.LOCAL, PROVIDERS), ask)


@handler(DrawCharacter)
def character(ctx: Context, ask: DrawCharacter) -> CharacterDrawn:
    """Design the character and draw each view of it."""
    designed = local.character_of(ask)
    assets = []
    for number, view in enumerate(dict.fromkeys(ask.views)):
        ctx.progress(number, len(ask.views), f"drawing the {view}")
        assets.append(ctx.step(f"draw {view}", _draw_view, ctx, ask, designed, view))
    return CharacterDrawn(assets=tuple(assets), character=designed)


def _draw_view(ctx: Context, ask: DrawCharacter, designed: Character, view: str) -> Asset:
    return local.save_view(ctx, ask, designed, view)


@handler(Card)
def card(ctx: Context, ask: Card) -> CardDrawn:
    """Lay the card out and keep it."""
    return CardDrawn(assets=(ctx.step("draw the card", _draw_card, ctx, ask),))


def _draw_card(ctx: Context, ask: Card) -> Asset:
    inlays = Inlays(
        read_piece(ctx.open(ask.picture), f"picture {ask.picture}") if ask.picture else None,
        read_piece(ctx.open(ask.logo), f"logo {ask.logo}") if ask.logo else None,
    )
    return ctx.save(draw_card(ask, inlays), "image/png", role="image", width=ask.size[0], height=ask.size[1])


@handler(Draw)
def chart(ctx: Context, ask: Draw) -> Drawn:
    """Draw a chart, and the stage on which its numbers will appear."""
    return Drawn(assets=ctx.step("draw", save, ctx, ask), type=ask.type)
