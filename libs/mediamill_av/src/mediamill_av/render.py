"""Executes a plan: the sound in one pass, the picture window by window, and both joined without coding again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediamill.errors import Permanent
from mediamill_av.canvas import canvas_of
from mediamill_av.convert import convert
from mediamill_av.gate import check_film
from mediamill_av.house import SAMPLE_RATE, audio_arguments, timescale
from mediamill_av.kept import Kept
from mediamill_av.loudness import levelling, measure
from mediamill_av.packets import Grid, Run, join, setup_of
from mediamill_av.plan import Plan
from mediamill_av.poster import draw_poster
from mediamill_av.runner import Command, Progress, ignore_progress, run
from mediamill_av.segments import Maker
from mediamill_av.sound import RAW_INPUT, mix
from mediamill_av.soundplan import SoundPlan
from mediamill_av.windows import Window, recoded

_SOUND_SHARE = 0.15
_PICTURE_SHARE = 0.8
_SOUND_ONLY = {"mp3": ("-c:a", "libmp3lame", "-b:a", "192k", "-f", "mp3"), "wav": ("-c:a", "pcm_s16le", "-f", "wav")}


@dataclass(frozen=True)
class Film:
    """What came out."""

    path: Path
    frames: int
    """Pictures in it; 0 for a sound alone."""
    duration_s: float
    lufs: float | None
    """Measured on the finished sound."""
    frames_copied: int
    """Those that are coded as they came."""
    frames_known: int
    """Those that an earlier film had made."""
    poster: Path | None
    """A frame that stands for it, as a JPEG."""


def render(plan: Plan, folder: Path, tell: Progress = ignore_progress, kept: Kept | None = None) -> Film:
    """Make the film in a private ``folder`` and check it; what was ``kept`` of an earlier film is not made again.

    Raises ``BadMedia`` when an asset turns out to be broken.
    """
    output = plan.timeline.output.format
    if output in _SOUND_ONLY:
        return _sound_alone(plan, folder, tell)
    sound = _sound(plan.sound, folder, _part(tell, 0, _SOUND_SHARE)) if plan.sound else None
    maker = Maker(plan, canvas_of(plan.timeline), folder, kept)
    windows, pieces = _pictures(plan, maker, _part(tell, _SOUND_SHARE, _PICTURE_SHARE))
    film = folder / "film.mp4"
    fps = plan.timeline.fps
    options = {"movflags": "+faststart"} if plan.timeline.output.faststart else {}
    join(pieces, Grid(fps, timescale(fps)), sound, film, options)
    check_film(film, plan, sounding=sound is not None)
    finished = convert(film, plan, folder, _part(tell, _SOUND_SHARE + _PICTURE_SHARE, 0.05))
    lufs = measure(sound).lufs if sound else None
    copied = sum(window.frames for window in windows if window.copy)
    poster = draw_poster(film, folder / "poster.jpg")
    tell(1.0)
    return Film(finished, plan.frames, plan.duration_s, lufs, copied, maker.frames_known, poster)


def _part(tell: Progress, start: float, share: float) -> Progress:
    """Tell the progress of a part as that of the whole."""
    return lambda fraction: tell(start + share * fraction)


def _pictures(plan: Plan, maker: Maker, tell: Progress) -> tuple[Sequence[Window], list[Run]]:
    """Make the windows; where copied frames do not fit those that are made, make them too."""
    pieces = maker.pieces(plan.windows, tell)
    if len({setup_of(piece.path) for piece in pieces}) == 1:
        return plan.windows, pieces
    windows = recoded(plan.windows, plan.subtitles, plan.timeline.fps)
    return windows, maker.pieces(windows, tell)


def _sound(sound: SoundPlan, folder: Path, tell: Progress) -> Path:
    """Make the film's sound as AAC."""
    return _coded(sound, folder, folder / "sound.m4a", (*audio_arguments(), "-f", "mp4"), tell)


def _coded(sound: SoundPlan, folder: Path, output: Path, coding: tuple[str, ...], tell: Progress) -> Path:
    raw = mix(sound, folder, _part(tell, 0, 0.5))
    filters = levelling(raw, RAW_INPUT, sound.loudness_lufs)
    run(
        Command(
            what="the film's sound",
            arguments=(*RAW_INPUT, "-i", str(raw), "-af", filters, "-threads", "1", *coding),
            output=output,
            seconds=sound.samples / SAMPLE_RATE,
            tolerance_s=0.1,
            foreign=False,
        ),
        _part(tell, 0.5, 0.5),
    )
    raw.unlink()
    return output


def _sound_alone(plan: Plan, folder: Path, tell: Progress) -> Film:
    """Make only the sound."""
    name = plan.timeline.output.format
    if plan.sound is None:
        raise Permanent(f"nothing in the timeline sounds, so there is no {name} to make")
    path = _coded(plan.sound, folder, folder / f"film.{name}", _SOUND_ONLY[name], tell)
    return Film(path, 0, plan.duration_s, measure(path).lufs, 0, 0, None)
