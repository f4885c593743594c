"""The puppeteer of this machine: no key, no network, no GPU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mediamill.handlers.context import Context
from mediamill_av.record import Reel, record
from mediamill_media.lipsync.contract import Talked
from mediamill_media.lipsync.errors import NoFace
from mediamill_media.lipsync.faces import filmed
from mediamill_media.lipsync.faces.fitting import fit, own_size
from mediamill_media.lipsync.faces.frames import Frame, coded
from mediamill_media.lipsync.faces.marks import DrawnFace
from mediamill_media.lipsync.faces.mesh import finder
from mediamill_media.lipsync.faces.picture import Pixels, portrait
from mediamill_media.lipsync.gate.check import Wanted, check
from mediamill_media.lipsync.gate.looking import DrawnLook, Look, MeshLook
from mediamill_media.lipsync.providers.take import Take
from mediamill_media.lipsync.puppets.drawn import DrawnPuppet
from mediamill_media.lipsync.puppets.filmed import talking
from mediamill_media.lipsync.puppets.photo import PhotoPuppet
from mediamill_media.lipsync.puppets.pose import Acting
from mediamill_media.lipsync.speech.heard import Heard, hear
from mediamill_media.lipsync.speech.listened import listened
from mediamill_media.lipsync.speech.mouth import Grid, Track, frames_of, spoken

_TELL_EVERY = 15


class Local:
    """This machine's way to serve ``lipsync.talk``."""

    provider = "local"

    def serve(self, ctx: Context, take: Take) -> Talked:
        """Film the take; a replay films nothing again."""
        return ctx.step("film", film, ctx, take)


LOCAL = Local()


def film(ctx: Context, take: Take) -> Talked:
    """Move the face with the speech, record it, look at it once more, and keep it."""
    heard = hear(ctx.open(take.speech), ctx.workdir)
    reel = reel_of(take, heard)
    track = track_of(take, heard, reel)
    frames, look = _animated(ctx, take, track, reel)
    target = ctx.workdir / "clip.mp4"
    record(reel, _told(ctx, frames, reel), target, heard.raw)
    measured = check(target, Wanted(reel, heard.samples, track), look)
    width, height = reel.size
    clip = ctx.save(target, "video/mp4", role="clip", width=width, height=height, duration_s=reel.seconds)
    return Talked(
        assets=(clip,),
        duration_s=reel.seconds,
        frames=reel.frames,
        shown=take.face.shown,
        cues="phonemes" if take.phonemes else "sound",
        measured=measured,
    )


def reel_of(take: Take, heard: Heard) -> Reel:
    """Give the film's size, rate and frames: as long as the speech."""
    size = take.ask.size or own_size(take.face.size)
    return Reel(size, take.ask.fps, frames_of(heard.samples, take.ask.fps))


def track_of(take: Take, heard: Heard, reel: Reel) -> Track:
    """Give the mouth that says the speech: by its phonemes where they are known, else by its sound."""
    grid = Grid(reel.fps, reel.frames)
    if take.phonemes:
        return spoken(take.phonemes, heard.samples, grid)
    return listened(heard.samples, grid)


def _animated(ctx: Context, take: Take, track: Track, reel: Reel) -> tuple[Iterable[Frame], Look]:
    if take.face.shown == "clip":
        clip = filmed.Clip.of(ctx.open(take.ask.clip or ""))
        normal = filmed.normal(
            clip, reel, ctx.workdir / "normal.mp4", lambda part: ctx.progress(part * 0.2, 1, "reading")
        )
        return talking(filmed.played(normal, reel), track), MeshLook()
    pixels = portrait(ctx.open(take.ask.portrait or "")).pixels
    acting = Acting(take.ask.seed, track.loud, reel.fps, take.ask.liveliness)
    puppet, look = _drawn(pixels, take.face.drawn, reel) if take.face.drawn else _photographed(pixels, reel)
    return (puppet.show(track.at(number), acting.at(number)) for number in range(reel.frames)), look


def _drawn(pixels: Pixels, face: DrawnFace, reel: Reel) -> tuple[DrawnPuppet, Look]:
    place = fit((pixels.shape[1], pixels.shape[0]), reel.size, np.array(face.mouth))
    moved = face.moved(place.scale, place.offset)
    return DrawnPuppet(place.show(pixels), moved), DrawnLook(moved, reel.size)


def _photographed(pixels: Pixels, reel: Reel) -> tuple[PhotoPuppet, Look]:
    found = finder().find(pixels)
    if found is None:
        raise NoFace("The photo's face is not found again.")
    place = fit((pixels.shape[1], pixels.shape[0]), reel.size, found.points.mean(axis=0))
    return PhotoPuppet(place.show(pixels), found.points * place.scale + place.offset), MeshLook()


def _told(ctx: Context, frames: Iterable[Frame], reel: Reel) -> Iterator[Pixels]:
    """Code the frames, telling how far the film is."""
    for number, frame in zip(range(reel.frames), frames, strict=False):
        if number % _TELL_EVERY == 0:
            ctx.progress(number, reel.frames, f"frame {number}/{reel.frames}")
        yield coded(frame)
    ctx.progress(reel.frames, reel.frames, f"frame {reel.frames}/{reel.frames}")
