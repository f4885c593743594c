"""A window of the film as one ffmpeg command: its shots, blended, stacked, and written over.

The text of a graph holds numbers and names of ours only; what a user wrote is in the subtitles' file.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

import ffmpeg

from mediamill.timeline import TransitionType
from mediamill_av.canvas import Canvas
from mediamill_av.house import video_arguments
from mediamill_av.layers import Blend, Segment, Shot
from mediamill_av.runner import Command
from mediamill_av.shots import Stream, pixels, shot_stream
from mediamill_av.windows import Window

SUBTITLES, FONTS = "subtitles.ass", "../fonts"
"""Names in the private folder that a window is made in; a graph must never hold a name that a user chose."""

_LEAST_WALL_S, _WALL_S_PER_MEGAPIXEL = 120.0, 0.5
"""Time allowed to a window: a slow and busy machine makes ten megapixels a second."""
_XFADES: dict[TransitionType, str] = {"fade": "fade", "dissolve": "fade", "wipe": "wipeleft", "slide": "slideleft"}


def window_command(window: Window, canvas: Canvas, lead: int, cwd: Path, output: Path) -> Command:
    """Give the command that makes a window's frames.

    ``lead`` tells how many frames the clock of its subtitles is ahead. Where in the film it is, no argument tells.
    """
    picture = _Picture(canvas, window, lead).draw()
    # One thread each: windows are made side by side, and what they come out as must not depend on the machine.
    house = _as_options(video_arguments(canvas.fps, canvas.quality, threads=1))
    arguments: list[str] = ffmpeg.output(picture, "OUT", format="mp4", **house).get_args()
    megapixels = canvas.width * canvas.height * window.frames / 1e6
    return Command(
        what=f"the picture from {window.first / canvas.fps:.2f} s, {_subjects(window)}",
        arguments=("-filter_complex_threads", "1", *arguments[:-1]),
        output=output,
        frames=window.frames,
        cwd=cwd,
        wall_s=_LEAST_WALL_S + megapixels * _WALL_S_PER_MEGAPIXEL,
        cpu_s=round(2 * (_LEAST_WALL_S + megapixels * _WALL_S_PER_MEGAPIXEL)),
        foreign=bool(window.parts),
    )


def _as_options(arguments: tuple[str, ...]) -> dict[str, str]:
    """Turn ``-name value`` pairs into the keywords that ffmpeg-python takes."""
    return {name.removeprefix("-"): value for name, value in zip(arguments[::2], arguments[1::2], strict=True)}


def _subjects(window: Window) -> str:
    """Name the items that a window shows."""
    shots = [shot.what for part in window.parts for shot in _shots(part.segment)]
    return ", ".join(shots) or "background"


def _shots(segment: Segment) -> tuple[Shot, ...]:
    if not isinstance(segment, Blend):
        return (segment.shot,)
    return (segment.after,) if segment.before is None else (segment.before, segment.after)


class _Picture:
    """Builds the graph of one window."""

    def __init__(self, canvas: Canvas, window: Window, lead: int) -> None:
        self._canvas = canvas
        self._window = window
        self._lead = lead
        self._inputs = count()

    def draw(self) -> Stream:
        """Stack the layers from the back and write the subtitles over them."""
        stack = None
        for part in self._window.parts:
            opaque = stack is None and not any(shot.see_through for shot in _shots(part.segment))
            stream = self._segment(part.segment, opaque=opaque)
            if not opaque:
                under = self._colour(self._window.frames, opaque=True) if stack is None else stack
                stream = ffmpeg.overlay(under, stream, format="yuv420", eof_action="endall")
            stack = stream
        stream = self._colour(self._window.frames, opaque=True) if stack is None else stack
        if self._window.subtitled:
            stream = stream.filter("setpts", f"N+{self._lead}").filter("ass", SUBTITLES, fontsdir=FONTS)
        stream = stream.filter("setpts", "N").filter("format", "yuv420p")
        return stream.filter("setparams", range="tv", colorspace="bt709", color_primaries="bt709", color_trc="bt709")

    def _colour(self, frames: int, *, opaque: bool) -> Stream:
        """Draw the background alone, or nothing at all over what is behind."""
        colour = self._canvas.colour if opaque else "black@0"
        source = f"color=c={colour}:s={self._canvas.size}:r={self._canvas.fps},format={pixels(opaque=opaque)}"
        stream = ffmpeg.input(source, f="lavfi", thread_queue_size=8 + next(self._inputs)).video
        return stream.filter("trim", end_frame=frames).filter("setpts", "N").filter("fps", self._canvas.fps)

    def _segment(self, segment: Segment, *, opaque: bool) -> Stream:
        if isinstance(segment, Blend):
            return self._blend(segment, opaque=opaque)
        return self._shot(segment.shot, self._window.first, self._window.frames, opaque=opaque)

    def _blend(self, blend: Blend, *, opaque: bool) -> Stream:
        """Make the whole transition, and cut out the window where another layer's change splits it."""
        whole, fps = blend.end - blend.first, self._canvas.fps
        before = (
            self._colour(whole, opaque=opaque)
            if blend.before is None
            else self._shot(blend.before, blend.first, whole, opaque=opaque)
        )
        after = self._shot(blend.after, blend.first, whole, opaque=opaque)
        how = {"transition": _XFADES[blend.type], "duration": f"{whole / fps:.6f}", "offset": 0}
        mixed = ffmpeg.filter([before, after], "xfade", **how)
        start = self._window.first - blend.first
        if whole == self._window.frames:
            return mixed
        return mixed.filter("trim", start_frame=start, end_frame=start + self._window.frames).filter("setpts", "N")

    def _shot(self, shot: Shot, first: int, frames: int, *, opaque: bool) -> Stream:
        return shot_stream(shot, first, frames, self._canvas, next(self._inputs), opaque=opaque)
