"""A link whose vendor films a picture, in pieces where a clip is longer than what the vendor films at once."""

from __future__ import annotations

from abc import ABC, abstractmethod

from mediamill.contracts import Answer, Asset
from mediamill.handlers.context import Context
from mediamill.handlers.links import model_of
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_av.record import Reel
from mediamill_media.video.camera.refit import last_frame, refit
from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.picture.still import still
from mediamill_media.video.providers import local
from mediamill_media.video.providers.wanted import SEEDS, Wanted, pieces, words
from mediamill_vendors.catalogued import is_ours
from mediamill_vendors.outputs import fetch

KIND = "video.generate"
MOST_BYTES = 500_000_000


class Piece(Answer):
    """A piece as its vendor made it, and the frame that it ends with."""

    clip: Asset
    last: Asset


class Filming(ABC):
    """A vendor's way to serve ``video.generate``."""

    provider: str

    @abstractmethod
    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model; it answers with the clip's address."""

    def serve(self, ctx: Context, ask: Generate) -> Generated:
        """Have the prompt drawn if there is no picture yet and film it; each piece begins where the one before ends."""
        entry = model_of(ctx, KIND, self.provider)
        model = self.model(entry)
        shown = local.with_picture(ctx, ask)
        seconds = [ask.seconds] if is_ours(entry.model) else pieces(ask.seconds)
        first = ctx.step("still", _still, ctx, shown)
        made: list[Piece] = []
        for number, length in enumerate(seconds):
            picture = ctx.open(made[-1].last.id if made else first.id)
            url = ctx.ask(model, Wanted(words(ask), picture, length, local.seed_of(ask) % SEEDS, ask))
            made.append(ctx.step(f"keep {number}", _keep, ctx, url, number))
        return ctx.step("join", _join, ctx, ask, made)


def _still(ctx: Context, ask: Generate) -> Asset:
    return ctx.save(still(ctx, ask), "image/jpeg", role="still")


def _keep(ctx: Context, url: str, number: int) -> Piece:
    fetched = fetch(url, ctx.workdir / f"piece-{number}", most_bytes=MOST_BYTES, media_type_prefix="video/")
    last = last_frame(fetched.path, ctx.workdir / f"last-{number}.png")
    return Piece(
        last=ctx.save(last, "image/png", role="still"),
        clip=ctx.save(fetched.path, fetched.media_type, role="original"),
    )


def _join(ctx: Context, ask: Generate, made: list[Piece]) -> Generated:
    reel = Reel(ask.size, ask.fps, max(1, round(ask.seconds * ask.fps)))
    target, length = ctx.workdir / "clip.mp4", reel.frames / reel.fps
    refit([ctx.open(piece.clip.id) for piece in made], reel, target, lambda part: ctx.progress(part, 1, "joining"))
    clip = ctx.save(target, "video/mp4", role="clip", width=ask.size[0], height=ask.size[1], duration_s=length)
    return Generated(assets=(clip,), duration_s=length, frames=reel.frames, motion=ask.motion)
