"""Keeps what was drawn."""

from __future__ import annotations

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.image.charts.contract import Draw
from mediamill_media.image.charts.draw import draw

PNG = "image/png"


def save(ctx: Context, ask: Draw) -> tuple[Asset, ...]:
    """Draw an ask and keep its pictures."""
    width, height = ask.size
    made = {"image": (pictures := draw(ask)).image, "stage": pictures.stage}
    return tuple(
        ctx.save(content, PNG, role=role, width=width, height=height) for role, content in made.items() if content
    )
