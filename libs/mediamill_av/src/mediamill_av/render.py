"""Executes a plan: the sound in one pass, the picture window by window, and both joined without coding again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mediamill.errors import Permanent
from mediamill_av.canvas import canvas_of
from mediamill_av.convert import convert
from mediamill_av.gate.films import wanted_film
from mediamill_av.gate.judging import judge
from mediamill_av.gate.wanted import SoundWanted, Wanted
from mediamill_av.house import timescale
from mediamill_av.kept import Kept
from mediamill_av.loudness import MOST_PEAK_DB
from mediamill_av.packets import Grid, Run, join, setup_of
from mediamill_av.plan import Plan
from mediamill_av.runner import Progress, ignore_progress
from mediamill_av.segments import Maker
from mediamill_av.soundtrack import Soundtrack, coded, soundtrack
from mediamill_av.texttrack import captions_track
from mediamill_av.windows import Window, recoded

_SOUND_SHARE = 0.15
_PICTURE_SHARE = 0.8
_SOUND_ONLY = {"mp3": ("-c:a", "libmp3lame", "-b:a", "192k", "-f", "mp3"), "wav": ("-c:a", "pcm_s16le", "-f", "wav")}


@dataclass(frozen=True)
class Film:
    """What came out."""

    path: Path
    mp4: Path | None
    """The film before it was put into another container; ``None`` for a sound alone."""
    frames: int
    """Pictures in it; 0 for a sound alone."""
    duration_s: float
    lufs: float | None
    """Measured on the finished sound."""
    frames_copied: int
    """Those that are coded as they came."""
    frames_known: int
    """Those that an earlier film had made."""
    wanted: Wanted
    """What it was measured against."""


def render(plan: Plan, folder: Path, tell: Progress = ignore_progress, kept: Kept | None = None) -> Film:
    """Make the film in a private ``folder`` and judge it; what was ``kept`` of an earlier film is not made again.

    Raises ``BadMedia`` when an asset turns out to be broken, ``OutputRejected`` when the film is not as planned.
    """
    output = plan.timeline.output.format
    if output in _SOUND_ONLY:
        return _sound_alone(plan, folder, tell)
    sound = soundtrack(plan.sound, folder, _part(tell, 0, _SOUND_SHARE), kept) if plan.sound else None
    maker = Maker(plan, canvas_of(plan.timeline), folder, kept)
    windows, pieces = _pictures(plan, maker, _part(tell, _SOUND_SHARE, _PICTURE_SHARE))
    film = folder / "film.mp4"
    _join(plan, pieces, sound, film)
    levels, lufs = (sound.levels, sound.lufs) if sound else (None, None)
    wanted = wanted_film(plan, levels, lufs, folder)
    measured = judge(film, wanted)
    finished = convert(film, plan, folder, _part(tell, _SOUND_SHARE + _PICTURE_SHARE, 0.05))
    copied = sum(window.frames for window in windows if window.copy)
    tell(1.0)
    return Film(finished, film, plan.frames, plan.duration_s, measured, copied, maker.frames_known, wanted)


def _join(plan: Plan, pieces: list[Run], sound: Soundtrack | None, film: Path) -> None:
    """Put pictures, sound and soft captions into one file."""
    fps = plan.timeline.fps
    is_soft = plan.timeline.output.captions == "soft" and plan.lines
    captions = captions_track(plan.lines, film.with_name("captions.mp4")) if is_soft else None
    options = {"movflags": "+faststart"} if plan.timeline.output.faststart else {}
    others = [path for path in (sound.path if sound else None, captions) if path]
    join(pieces, Grid(fps, timescale(fps)), others, film, options)


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


def _sound_alone(plan: Plan, folder: Path, tell: Progress) -> Film:
    """Make only the sound."""
    name = plan.timeline.output.format
    if plan.sound is None:
        raise Permanent(f"nothing in the timeline sounds, so there is no {name} to make")
    made = coded(plan.sound, folder, folder / f"film.{name}", _SOUND_ONLY[name], tell)
    wanted = Wanted("the sound", sound=SoundWanted(made.levels, made.lufs, MOST_PEAK_DB))
    return Film(made.path, None, 0, plan.duration_s, judge(made.path, wanted), 0, 0, wanted)
