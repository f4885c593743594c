"""A link whose vendor moves the mouth: it gets the face and the speech made ready, and its film is judged like ours."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from mediamill.contracts import ORIGINAL, Answer, Asset
from mediamill.handlers.context import Context
from mediamill.providers.protocol import Provider
from mediamill.queues.manifest import ModelManifest
from mediamill_av.record import Reel
from mediamill_media.lipsync.contract import Talk, Talked
from mediamill_media.lipsync.faces import filmed
from mediamill_media.lipsync.faces.fitting import fit
from mediamill_media.lipsync.faces.picture import portrait
from mediamill_media.lipsync.gate.check import Wanted as Judged
from mediamill_media.lipsync.gate.check import check
from mediamill_media.lipsync.gate.looking import MeshLook
from mediamill_media.lipsync.providers.choosing import chosen
from mediamill_media.lipsync.providers.local import reel_of, track_of
from mediamill_media.lipsync.providers.refit import as_mp3, refit
from mediamill_media.lipsync.providers.take import Take
from mediamill_media.lipsync.speech.heard import hear
from mediamill_vendors.outputs import fetch

MOST_BYTES = 500_000_000
_QUALITY = 92


class Wanted(NamedTuple):
    """What a vendor is asked for."""

    shown: Path
    """The face: a JPEG, or a film in H.264."""
    speech: Path
    """An MP3."""
    seconds: float
    ask: Talk
    """The ask, with the phonemes of what is said, for whoever reads our own contract."""
    original: Path
    """The face as it came, which tells more of itself to whoever reads our own contract."""


class Ready(Answer):
    """What is sent: the face in the film's shape, and the speech. The vendor makes neither, so neither is signed."""

    shown: Asset
    speech: Asset
    reel: Reel


class Buying(ABC):
    """A vendor's way to serve ``lipsync.talk``."""

    provider: str

    @abstractmethod
    def model(self, entry: ModelManifest) -> Provider[Wanted, str]:
        """Give the adapter of a model; it answers with the film's address."""

    def serve(self, ctx: Context, take: Take) -> Talked:
        """Make face and speech ready, buy the film, and bring it into the house profile with the speech as it was."""
        entry = ctx.step("model", chosen, self.provider, wants_film=take.face.shown == "clip")
        ready = ctx.step("ready", _made_ready, ctx, take)
        original = ctx.open(take.ask.portrait or take.ask.clip or "")
        shown, speech = ctx.open(ready.shown.id), ctx.open(ready.speech.id)
        told = take.ask.model_copy(update={"phonemes": take.phonemes})
        url = ctx.ask(self.model(entry), Wanted(shown, speech, ready.reel.seconds, told, original))
        theirs = ctx.step("keep", _kept, ctx, url)
        return ctx.step("finish", _finished, ctx, take, ready, theirs)


def _made_ready(ctx: Context, take: Take) -> Ready:
    heard = hear(ctx.open(take.speech), ctx.workdir)
    reel = reel_of(take, heard)
    speech = as_mp3(heard.raw, ctx.workdir / "speech.mp3")
    return Ready(
        shown=_face(ctx, take, reel),
        speech=ctx.save(speech, "audio/mpeg", role=ORIGINAL, duration_s=heard.seconds),
        reel=reel,
    )


def _face(ctx: Context, take: Take, reel: Reel) -> Asset:
    if take.face.shown == "clip":
        clip = filmed.Clip.of(ctx.open(take.ask.clip or ""))
        normal = filmed.normal(clip, reel, ctx.workdir / "normal.mp4", lambda part: ctx.progress(part, 1, "reading"))
        return ctx.save(normal, "video/mp4", role=ORIGINAL)
    pixels = portrait(ctx.open(take.ask.portrait or "")).pixels
    still = io.BytesIO()
    shown = fit(take.face.size, reel.size, np.array(take.face.middle)).show(pixels)
    Image.fromarray(shown).save(still, "JPEG", quality=_QUALITY)
    return ctx.save(still.getvalue(), "image/jpeg", role=ORIGINAL)


def _kept(ctx: Context, url: str) -> Asset:
    fetched = fetch(url, ctx.workdir / "theirs", most_bytes=MOST_BYTES, media_type_prefix="video/")
    return ctx.save(fetched.path, fetched.media_type, role=ORIGINAL)


def _finished(ctx: Context, take: Take, ready: Ready, theirs: Asset) -> Talked:
    heard, target, reel = hear(ctx.open(take.speech), ctx.workdir), ctx.workdir / "clip.mp4", ready.reel
    refit(ctx.open(theirs.id), heard.raw, reel, target, lambda part: ctx.progress(part, 1, "fitting"))
    # Of a drawn face nobody knows how a vendor draws it on: its streams and its sound are judged, its mouth is not.
    look = None if take.face.drawn else MeshLook()
    measured = check(target, Judged(reel, heard.samples, track_of(take, heard, reel)), look)
    width, height = reel.size
    clip = ctx.save(target, "video/mp4", role="clip", width=width, height=height, duration_s=reel.seconds)
    return Talked(assets=(clip,), duration_s=reel.seconds, frames=reel.frames, shown=take.face.shown, measured=measured)
