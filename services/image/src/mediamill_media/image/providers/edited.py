"""What is sent to vendors to be changed, and what is made of what they give."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mediamill.contracts import Asset, Contract
from mediamill.handlers.context import Context
from mediamill.handlers.links import model_of
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_media.image.contract import Edit, Edited, EditedPicture
from mediamill_media.image.edit.darkroom import held
from mediamill_media.image.edit.opened import Rgb, open_mask, open_picture
from mediamill_media.image.providers.keeping import MOST_BYTES
from mediamill_media.image.providers.local_edit import seed_of
from mediamill_media.image.providers.wanted import LOOKS, MOST_PIXELS, closed
from mediamill_media.image.render.finish import to_pixels
from mediamill_media.image.render.raster import encode_png
from mediamill_vendors.outputs import fetch

KIND = "image.edit"
VARIATION = "Another version of this picture, with the same subject"
_GENTLE, _BOLD = 0.4, 0.85


class Sent(Contract):
    """The files that are sent: PNG of a megapixel at most, and a mask that is transparent where it may change."""

    images: tuple[Asset, ...]
    mask: Asset | None = None
    size: tuple[int, int]
    """In which the result is kept."""


class Wanted(NamedTuple):
    """One changed picture, as a vendor is asked for it."""

    prompt: str
    seed: int
    images: tuple[Path, ...]
    mask: Path | None
    ask: Edit
    """The ask for this one picture, for whoever reads our own contract."""


class Hosted(ABC):
    """A vendor's way to serve ``image.edit`` by predictions, each of one picture with a seed of its own."""

    provider: str

    @abstractmethod
    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model; it answers with the picture's address."""

    def serve(self, ctx: Context, ask: Edit) -> Edited:
        """Have the pictures changed one after the other, each taken into the store before the next is bought."""
        model = self.model(model_of(ctx, KIND, self.provider))
        sent = ctx.step("prepare", prepare, ctx, ask)
        assets = []
        for number in range(ask.n):
            url = ctx.ask(model, wanted(ctx, ask, sent, number))
            assets.append(ctx.step(f"keep {number}", _keep_fetched, ctx, ask, sent, url, number))
        return told(ask, assets)


def prepare(ctx: Context, ask: Edit) -> Sent:
    """Keep what is sent. Raises ``BadMedia`` for what is no picture, before anything is paid."""
    first = open_picture(ctx.open(ask.images[0]), ask.images[0], ask.size)
    small = _within_a_megapixel(first.size)
    images = [_saved(ctx, _scaled(first.rgb, small), "sent")]
    for id in ask.images[1:]:
        other = open_picture(ctx.open(id), id)
        images.append(_saved(ctx, _scaled(other.rgb, _within_a_megapixel(other.size)), "sent"))
    mask = None
    if ask.mask is not None:
        weights = open_mask(ctx.open(ask.mask), ask.mask, small)
        rgba = np.zeros((*weights.shape, 4), np.uint8)
        rgba[..., 3] = to_pixels(255 * (1 - weights))
        mask = ctx.save(encode_png(rgba), "image/png", role="sent", width=small[0], height=small[1])
    return Sent(images=tuple(images), mask=mask, size=first.size)


def wanted(ctx: Context, ask: Edit, sent: Sent, number: int) -> Wanted:
    """Give what a vendor is asked for, for one of the pictures."""
    seed = seed_of(ask, number)
    images = tuple(ctx.open(image.id) for image in sent.images)
    mask = None if sent.mask is None else ctx.open(sent.mask.id)
    return Wanted(words(ask), seed, images, mask, ask.model_copy(update={"n": 1, "seed": seed, "size": sent.size}))


def words(ask: Edit) -> str:
    """Give the order in words; how far it may go, and how it is to look, are words for vendors, too."""
    parts = [ask.prompt.strip() or VARIATION]
    if ask.style is not None:
        parts.append(f"The picture is {LOOKS[ask.style]}")
    if ask.strength < _GENTLE:
        parts.append("Keep everything else exactly as it is, and change as little as possible")
    elif ask.strength > _BOLD and not ask.prompt.strip():
        parts.append("Be bold")
    return " ".join(closed(part) for part in parts)


def keep(ctx: Context, ask: Edit, sent: Sent, path: Path) -> Asset:
    """Keep a vendor's picture in the size that is asked for; where it may not change, it is what it was."""
    made = open_picture(path, "from the vendor", sent.size).rgb
    if ask.mask is not None:
        before = open_picture(ctx.open(ask.images[0]), ask.images[0], sent.size).rgb
        made = held(before, made, open_mask(ctx.open(ask.mask), ask.mask, sent.size))
    return _saved(ctx, made, "image")


def told(ask: Edit, assets: list[Asset]) -> Edited:
    """Make the answer; nobody here looked at what the vendor did."""
    pictures = tuple(EditedPicture(image=asset.id, seed=seed_of(ask, n)) for n, asset in enumerate(assets))
    return Edited(assets=tuple(assets), pictures=pictures)


def _keep_fetched(ctx: Context, ask: Edit, sent: Sent, url: str, number: int) -> Asset:
    fetched = fetch(url, ctx.workdir / f"fetched-{number}", most_bytes=MOST_BYTES, media_type_prefix="image/")
    return keep(ctx, ask, sent, fetched.path)


def _within_a_megapixel(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(MOST_PIXELS / (size[0] * size[1])))
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _scaled(rgb: Rgb, size: tuple[int, int]) -> Rgb:
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _saved(ctx: Context, rgb: Rgb, role: str) -> Asset:
    height, width = rgb.shape[:2]
    return ctx.save(encode_png(to_pixels(rgb), level=3), "image/png", role=role, width=width, height=height)
