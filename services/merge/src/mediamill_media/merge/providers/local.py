"""Films made on this machine, with the ffmpeg that comes along."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill.settings import settings
from mediamill.timeline import Timeline, assets_of
from mediamill_av.assemble import sources_of
from mediamill_av.captions import Line, write_vtt
from mediamill_av.gate.judging import passed
from mediamill_av.kept import Kept
from mediamill_av.plan import Plan, plan
from mediamill_av.poster import draw_poster
from mediamill_av.render import Film, render
from mediamill_av.runner import Progress
from mediamill_media.merge.contract import Compose, Composed, Concat, Joined
from mediamill_media.merge.providers.reel import reel_of

LOUDNESS_LUFS = -16.0
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "gif": "image/gif",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
}
_STEPS = 1000


class Made(NamedTuple):
    """A film and the plan that it was made by."""

    plan: Plan
    film: Film


def join(ctx: Context, ask: Concat) -> Joined:
    """Make one film of clips, and say whether their frames could be copied."""
    clips = {clip: ctx.open(clip) for clip in ask.clips}
    made = _make(ctx, reel_of(ask, clips), clips, loudness_lufs=None)
    copied = made.film.frames_copied == made.film.frames
    return Joined(assets=(_save_film(ctx, made),), duration_s=made.film.duration_s, copied=copied)


def compose(ctx: Context, ask: Compose) -> Composed:
    """Make the film of a timeline, its poster and its captions."""
    timeline = ask.timeline
    files = {asset: ctx.open(asset) for asset in assets_of(timeline)}
    loudness = LOUDNESS_LUFS if timeline.loudness_lufs is None else timeline.loudness_lufs
    made = _make(ctx, timeline, files, loudness)
    film = _save_film(ctx, made)
    captions = _save_captions(ctx, made.plan.lines)
    return Composed(
        assets=(film, *_save_poster(ctx, made), *captions),
        duration_s=made.film.duration_s,
        frames=made.film.frames,
        frames_known=made.film.frames_known,
        lufs=made.film.lufs,
        captions=captions[0].id if captions else None,
    )


def _make(ctx: Context, timeline: Timeline, files: dict[str, Path], loudness_lufs: float | None) -> Made:
    decided = plan(timeline, sources_of(timeline, files), loudness_lufs)
    kept = Kept(ctx.cachedir, settings().work_cache_bytes)

    def made(rejected: int) -> Film:
        folder = ctx.workdir / f"film{rejected}"
        folder.mkdir(exist_ok=True)
        return render(decided, folder, _telling(ctx), None if rejected else kept)

    return Made(decided, passed(made))


def _telling(ctx: Context) -> Progress:
    """Pass progress on, which also ends the work of a job that was cancelled."""
    return lambda fraction: ctx.progress(round(fraction * _STEPS), _STEPS, "rendering")


def _save_film(ctx: Context, made: Made) -> Asset:
    width, height = made.plan.timeline.size if made.film.frames else (None, None)
    return ctx.save(
        made.film.path,
        MEDIA_TYPES[made.plan.timeline.output.format],
        role="film",
        width=width,
        height=height,
        duration_s=made.film.duration_s,
    )


def _save_poster(ctx: Context, made: Made) -> tuple[Asset, ...]:
    """Save the frame that stands for the film; a sound has none."""
    if made.film.mp4 is None:
        return ()
    width, height = made.plan.timeline.size
    poster = draw_poster(made.film.mp4, ctx.workdir / "poster.jpg")
    return (ctx.save(poster, "image/jpeg", role="poster", width=width, height=height),)


def _save_captions(ctx: Context, lines: tuple[Line, ...]) -> tuple[Asset, ...]:
    """Save the captions as a text track, for players and for search."""
    if not lines:
        return ()
    return (ctx.save(write_vtt(lines).encode(), "text/vtt", role="captions"),)
