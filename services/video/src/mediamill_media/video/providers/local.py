"""The camera of this machine: no key, no network, no GPU."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mediamill.contracts import MediaAnswer
from mediamill.handlers.context import Context
from mediamill_av.gate.judging import judge, passed
from mediamill_av.gate.watching import Watched
from mediamill_av.record import Reel, record
from mediamill_media.video.camera.path import Way, way
from mediamill_media.video.camera.shoot import Camera
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.picture import planes
from mediamill_media.video.picture.bundle import unpack
from mediamill_media.video.picture.decode import Pixels, picture

_TELL_EVERY = 15
_DRAWN_SIDES = (64, 2048)
"""What image.generate draws."""
_SHOWN = frozenset({"image", "layers"})


class Local:
    """This machine's way to serve ``video.generate``."""

    provider = "local"

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Have the prompt drawn if there is no picture yet, then film it; a replay films nothing again."""
        return ctx.step("film", film, ctx, with_picture(ctx, ask))


LOCAL = Local()


def with_picture(ctx: Context, ask: Generate) -> Generate:
    """Give the ask with a picture, which a child job draws if there is none."""
    if ask.layers is not None or ask.image is not None:
        return ask
    drawn = ctx.run("image.generate", picture_wanted(ask))
    assets = MediaAnswer.read(drawn.model_dump(mode="json"))
    return ask.model_copy(update={asset.role: asset.id for asset in reversed(assets.assets) if asset.role in _SHOWN})


def film(ctx: Context, ask: Generate) -> Generated:
    """Film the layers, or else the image, of an ask, and look at the clip; what is rejected is filmed once more."""
    reel = Reel(ask.size, ask.fps, max(1, round(ask.seconds * ask.fps)))
    camera = Camera(_planes(ctx, ask), ask.size)

    def filmed(rejected: int) -> Path:
        target, watched = ctx.workdir / f"clip{rejected}.mp4", Watched(reel)
        frames = _frames(ctx, camera, way(ask.motion, seed_of(ask), ask.seconds), reel)
        record(reel, watched.through(frames), target)
        judge(target, watched.wanted("the clip"))
        return target

    target = passed(filmed)
    length = reel.frames / reel.fps
    clip = ctx.save(target, "video/mp4", role="clip", width=ask.size[0], height=ask.size[1], duration_s=length)
    return Generated(assets=(clip,), duration_s=length, frames=reel.frames, motion=ask.motion)


def seed_of(ask: Generate) -> int:
    """Give the seed of an ask: its own, or the one that follows from what it shows."""
    if ask.seed is not None:
        return ask.seed
    shown = ask.prompt or ask.layers or ask.image or ""
    return int.from_bytes(hashlib.sha256(shown.encode()).digest()[:4], "big")


def picture_wanted(ask: Generate) -> dict[str, Any]:
    """Give the input of the child job that draws the prompt, in the clip's shape and no larger than it is drawn."""
    low, high = _DRAWN_SIDES
    scale = min(1.0, high / max(ask.size))
    size = [max(low, min(high, round(side * scale))) for side in ask.size]
    return {"prompt": ask.prompt, "size": size, "seed": seed_of(ask)}


def _planes(ctx: Context, ask: Generate) -> list[planes.Plane]:
    if ask.layers is not None:
        return planes.of_layers(unpack(ctx.open(ask.layers)), ask.size)
    return planes.of_picture(picture(ctx.open(ask.image or "")), ask.size)


def _frames(ctx: Context, camera: Camera, path: Way, reel: Reel) -> Iterator[Pixels]:
    for number in range(reel.frames):
        if number % _TELL_EVERY == 0:
            ctx.progress(number, reel.frames, f"frame {number}/{reel.frames}")
        yield camera.see(path.at(number / max(1, reel.frames - 1), number / reel.fps))
    ctx.progress(reel.frames, reel.frames, f"frame {reel.frames}/{reel.frames}")
