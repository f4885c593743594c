"""A shot as a stream of frames that fill the canvas, whatever its source is: moving or still, of any size and rate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg

from mediamill.timeline import Motion
from mediamill_av.canvas import Canvas
from mediamill_av.layers import Place, Shot
from mediamill_av.runner import FORMATS

Stream = Any
"""A stream of ffmpeg-python, which has no types."""

_ZOOM = 0.09
_PAN_ZOOM = 1.12
_MAX_WORKING_SIDE = 8192
_RUN_UP_S = 0.25
"""A moving source is read from so much earlier, since the frame to be shown may have begun before its time."""


def read(path: Path, number: int, start_s: float = 0.0) -> Stream:
    """Open a user's file, guarded.

    Equal inputs are one node to ffmpeg-python and a node feeds one filter only; ``number`` sets them apart.
    """
    options: dict[str, object] = {"threads": 1, **({"ss": f"{start_s:.6f}"} if start_s > 0 else {})}
    return ffmpeg.input(
        str(path.absolute()),
        protocol_whitelist="file,pipe",
        format_whitelist=FORMATS,
        err_detect="explode",
        thread_queue_size=8 + number,
        **options,
    ).video


def shot_stream(shot: Shot, first: int, frames: int, canvas: Canvas, number: int, *, opaque: bool) -> Stream:
    """Give ``frames`` frames of a shot from film frame ``first``; past its end its last frame is held."""
    into = min(max(0, first - shot.first), shot.frames - 1)
    left = min(frames, shot.frames - into)
    make = _still if shot.length_s is None else _moving
    stream = make(shot, into, left, canvas, number, opaque=opaque)
    if left < frames:
        stream = stream.filter("tpad", stop=-1, stop_mode="clone").filter("trim", end_frame=frames)
    stream = _faded(_put(stream, shot, canvas), shot, into, canvas, opaque=opaque)
    return stream.filter("settb", f"1/{canvas.fps}").filter("setpts", "N").filter("fps", canvas.fps)


def _moving(shot: Shot, into: int, frames: int, canvas: Canvas, number: int, *, opaque: bool) -> Stream:
    """Resample a clip to the film's rate, starting at exactly the frame that is due."""
    last_s = max(0.0, (shot.length_s or 0.0) - 1.5 / shot.source_fps)
    at = min(shot.from_s + into / canvas.fps, last_s)
    start = max(0.0, at - max(_RUN_UP_S, 2 / shot.source_fps))
    stream = read(shot.path, number, start).filter("setpts", f"PTS-{at - start:.6f}/TB")
    stream = stream.filter("fps", canvas.fps, start_time=0, round="near")
    stream = stream.filter("tpad", stop=-1, stop_mode="clone").filter("trim", end_frame=frames)
    return _fitted(stream, shot, (shot.place.width, shot.place.height), canvas, opaque=opaque)


def _put(stream: Stream, shot: Shot, canvas: Canvas) -> Stream:
    """Put a shot in its place, with nothing around it, and let as much be seen through it as it should."""
    if shot.place != Place(0, 0, canvas.width, canvas.height):
        stream = stream.filter("pad", canvas.width, canvas.height, shot.place.x, shot.place.y, color="black@0")
    if shot.opacity < 1:
        stream = stream.filter("lutyuv", a=f"val*{shot.opacity:.4f}")
    return stream


def _still(shot: Shot, into: int, frames: int, canvas: Canvas, number: int, *, opaque: bool) -> Stream:
    """Show one picture for a while, standing or with the camera moving over it."""
    stream = read(shot.path, number).filter("trim", end_frame=1)
    width, height = shot.place.width, shot.place.height
    if shot.motion == "still":
        stream = _fitted(stream, shot, (width, height), canvas, opaque=opaque)
        return (
            stream.filter("loop", loop=-1, size=1, start=0)
            .filter("settb", f"1/{canvas.fps}")
            .filter("setpts", "N")
            .filter("trim", end_frame=frames)
        )
    # zoompan places its window on whole pixels: on a picture of four times the size these are quarters.
    scale = max(1, min(4, _MAX_WORKING_SIDE // max(width, height)))
    stream = _fitted(stream, shot, (width * scale, height * scale), canvas, opaque=opaque)
    stream = stream.filter("format", "yuv444p" if opaque else "yuva444p")
    zoom, x, y = camera(shot.motion, into, shot.frames)
    stream = stream.filter("zoompan", z=zoom, x=x, y=y, d=frames, s=f"{width}x{height}", fps=canvas.fps)
    return stream.filter("format", pixels(opaque=opaque))


def camera(motion: Motion, into: int, frames: int) -> tuple[str, str, str]:
    """Give zoompan's zoom, x and y for a movement that takes ``frames`` frames, begun ``into`` frames ago."""
    time = f"clip((on+{into})/{max(1, frames - 1)},0,1)"
    ease = f"(0.6*{time}*{time}*(3-2*{time})+0.4*{time})"
    centre_x, centre_y = "(iw-iw/zoom)/2", "(ih-ih/zoom)/2"
    match motion:
        case "zoom_out":
            return f"{1 + _ZOOM}-{_ZOOM}*{ease}", centre_x, centre_y
        case "pan_left":
            return str(_PAN_ZOOM), f"(iw-iw/zoom)*(1-{ease})", centre_y
        case "pan_right":
            return str(_PAN_ZOOM), f"(iw-iw/zoom)*{ease}", centre_y
        case "rise":
            return str(_PAN_ZOOM), centre_x, f"(ih-ih/zoom)*(1-{ease})"
        case _:
            return f"1+{_ZOOM}*{ease}", centre_x, centre_y


def pixels(*, opaque: bool) -> str:
    """Give the pixel format of frames inside a graph."""
    return "yuv420p" if opaque else "yuva420p"


def _fitted(stream: Stream, shot: Shot, size: tuple[int, int], canvas: Canvas, *, opaque: bool) -> Stream:
    """Fill a frame with a picture, or show all of it with bars of background, in the film's colours."""
    width, height = size
    if shot.aspect != 1.0:
        stream = stream.filter("scale", w=f"trunc(iw*{shot.aspect:.6f}/2)*2", h="ih").filter("setsar", 1)
    if not shot.told_colour:
        # What is not told is guessed as players do; libswscale alone would take all of it for television of old.
        stream = stream.filter("setparams", colorspace="bt709" if shot.tall >= 576 else "smpte170m")
    how = "increase" if shot.fit == "cover" else "decrease"
    matrix = {"out_color_matrix": "bt709", "out_range": "tv", "flags": "bicubic+accurate_rnd"}
    stream = stream.filter("scale", width, height, force_original_aspect_ratio=how, force_divisible_by=2, **matrix)
    stream = stream.filter("format", pixels(opaque=opaque))
    if shot.fit == "cover":
        stream = stream.filter("crop", width, height)
    else:
        colour = canvas.colour if opaque else "black@0"
        stream = stream.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", color=colour)
    return stream.filter("setsar", 1)


def _faded(stream: Stream, shot: Shot, into: int, canvas: Canvas, *, opaque: bool) -> Stream:
    """Fade a shot from and to what is behind it, on its own clock."""
    if not (shot.fade_in or shot.fade_out):
        return stream
    look = {"color": canvas.colour} if opaque else {"alpha": 1}
    stream = stream.filter("settb", f"1/{canvas.fps}").filter("setpts", f"N+{into}")
    if shot.fade_in:
        stream = stream.filter("fade", type="in", start_time=0, duration=f"{shot.fade_in / canvas.fps:.6f}", **look)
    if shot.fade_out:
        start = (shot.frames - shot.fade_out) / canvas.fps
        length = f"{shot.fade_out / canvas.fps:.6f}"
        stream = stream.filter("fade", type="out", start_time=f"{start:.6f}", duration=length, **look)
    return stream
