"""Changes pictures on this machine: our own by their scene, which is drawn again, any other by its pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from mediamill.contracts import Asset
from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill_media.image.characters.scenes import scene_of
from mediamill_media.image.contract import Edit, Edited, EditedPicture
from mediamill_media.image.edit.darkroom import Material, another, developed, held
from mediamill_media.image.edit.opened import Opened, Rgb, Weights, open_mask, open_picture
from mediamill_media.image.edit.redraw import Redraw, redraw_of
from mediamill_media.image.edit.wishes import Wishes, read_wishes
from mediamill_media.image.providers.local import keep_drawn
from mediamill_media.image.render.finish import to_pixels
from mediamill_media.image.render.illustrate import Illustration, illustrate
from mediamill_media.image.render.raster import encode_png

ABLE = (
    "black and white, sepia, warmer, cooler, vivid, muted, brighter, darker, a colour for another, a style, another "
    "background or a blurred one, twice as large, and with a mask: remove; and on our own pictures whatever a prompt "
    "can say of a scene"
)
_MOST_SEED = 2**63
_SLIGHTLY = 0.35


class Local:
    """This machine's way to serve ``image.edit``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Edit) -> Edited:
        """Make each picture in a step of its own; a replay makes none again."""
        kept = [ctx.step(f"edit {number}", edit, ctx, ask, number) for number in range(ask.n)]
        return Edited(
            assets=tuple(asset for one in kept for asset in one.assets),
            pictures=tuple(picture for one in kept for picture in one.pictures),
        )


LOCAL = Local()


class Given(NamedTuple):
    """What an ask gives to work with."""

    opened: Opened
    mask: Weights | None
    tell: Callable[[int, int], None]


def edit(ctx: Context, ask: Edit, number: int) -> Edited:
    """Make one of the pictures that are asked for and keep it."""

    def tell(done: int, parts: int) -> None:
        ctx.progress(number + done / parts, ask.n, f"changing picture {number + 1} of {ask.n}")

    opened = open_picture(ctx.open(ask.images[0]), ask.images[0], ask.size)
    mask = None if ask.mask is None else open_mask(ctx.open(ask.mask), ask.mask, opened.size)
    given = Given(opened, mask, tell)
    redraw = _redraw(ask, opened, number)
    return _drawn_again(ctx, given, redraw) if redraw is not None else _developed(ctx, ask, given, number)


def seed_of(ask: Edit, number: int) -> int:
    """Give the seed of a picture: the asked one and its followers, or those that follow from what is asked."""
    first = ask.seed
    if first is None:
        first = int.from_bytes(hashlib.sha256(f"{ask.images[0]}/{ask.prompt}".encode()).digest()[:4])
    return (first + number) % _MOST_SEED


def _redraw(ask: Edit, opened: Opened, number: int) -> Redraw | None:
    """Tell how to draw one of our own pictures again: changed, or, where nothing is said, by another seed."""
    if opened.recipe is None:
        return None
    first = opened.recipe.seed if ask.seed is None else ask.seed
    is_variation = not ask.prompt.strip() and ask.style is None and ask.seed is None
    redraw = redraw_of(opened.recipe, ask.prompt, ask.style, (first + number + is_variation) % _MOST_SEED)
    return redraw if redraw.done or not ask.prompt.strip() else None


def _drawn_again(ctx: Context, given: Given, redraw: Redraw) -> Edited:
    size, recipe = given.opened.size, redraw.recipe
    brand = recipe.brand[0] if recipe.brand else None
    drawn = illustrate(redraw.scene, size, str(recipe.seed), recipe.style, given.tell, brand)
    if given.mask is None:
        assets = keep_drawn(ctx, drawn, recipe, size)
    else:
        assets = (_keep(ctx, held(given.opened.rgb, _rgb_of(drawn), given.mask)),)
    layers = assets[1].id if len(assets) > 1 else None
    told = redraw.done or ("drawn anew",)
    picture = EditedPicture(image=assets[0].id, layers=layers, seed=recipe.seed, done=told, missing=redraw.missing)
    return Edited(assets=assets, pictures=(picture,))


def _developed(ctx: Context, ask: Edit, given: Given, number: int) -> Edited:
    """Work on the pixels. Raises ``Permanent`` when nothing that is asked for can be done to them."""
    wishes = _wishes(ask)
    seed, strength = seed_of(ask, number), ask.strength
    if not wishes and (ask.prompt.strip() or strength == 0):
        raise Permanent(
            f"input.prompt: nothing that it asks for can be done to this picture here. Can be done: {ABLE}."
        )
    done: tuple[str, ...] = ("another version",)
    if not wishes:
        made = another(given.opened.rgb, seed, strength, given.mask)
    else:
        made, done = developed(_material(ctx, ask, given, wishes), wishes, strength)
        if not done:
            raise Permanent("input.mask: what is to be removed is told by a mask; there is none.")
        if number:
            made, done = (
                another(made, seed, _SLIGHTLY * strength, _same_size(given.mask, made)),
                (*done, "another version"),
            )
    asset = _keep(ctx, made)
    picture = EditedPicture(image=asset.id, seed=seed, done=done, missing=() if wishes.removes else wishes.unknown)
    return Edited(assets=(asset,), pictures=(picture,))


def _wishes(ask: Edit) -> Wishes:
    wishes = read_wishes(ask.prompt)
    removes = wishes.removes or (ask.mask is not None and not ask.prompt.strip())
    return Wishes(**{**wishes.__dict__, "style": ask.style or wishes.style, "removes": removes})


def _material(ctx: Context, ask: Edit, given: Given, wishes: Wishes) -> Material:
    """Find or draw what is to be behind the subject."""
    ground: Rgb | None = None
    if wishes.ground is not None and len(ask.images) > 1:
        ground = open_picture(ctx.open(ask.images[1]), ask.images[1], given.opened.size).rgb
    elif wishes.ground not in {None, "plain", "blurred"} and not str(wishes.ground).startswith("#"):
        style = ask.style or "storybook"
        scene = scene_of(str(wishes.ground), style)
        ground = _rgb_of(illustrate(scene, given.opened.size, str(seed_of(ask, 0)), style, given.tell))
    return Material(given.opened, given.mask, ground)


def _same_size(mask: Weights | None, made: Rgb) -> Weights | None:
    if mask is None:
        return None
    return np.asarray(cv2.resize(mask, made.shape[1::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _rgb_of(drawn: Illustration) -> Rgb:
    decoded = cv2.imdecode(np.frombuffer(drawn.png, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("our own PNG cannot be read")
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.float32)


def _keep(ctx: Context, rgb: Rgb) -> Asset:
    pixels = to_pixels(rgb)
    height, width = pixels.shape[:2]
    return ctx.save(encode_png(pixels, level=3), "image/png", role="image", width=width, height=height)
