"""Brings a clip that anybody may have sent into the film's size and rate, once; from then on it is a file of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import numpy as np

from mediamill.errors import BadMedia
from mediamill_av.house import video_arguments
from mediamill_av.probe import Stream, probe
from mediamill_av.record import Reel
from mediamill_av.runner import Command, Progress, reading, run
from mediamill_media.lipsync.errors import NoFace
from mediamill_media.lipsync.faces.fitting import own_size
from mediamill_media.lipsync.faces.frames import Frame, decoded, to_rgb
from mediamill_media.lipsync.faces.mesh import finder
from mediamill_media.lipsync.speech.heard import LONGEST_S

_SEEN = 16
"""So many of a clip's frames are looked at before any work is done."""
_ENOUGH = 0.5
"""In so many of them there must be a face."""
_SMALL = 640
_HIGH = 576
"""From so many lines on, colours that are not told are those of high definition, as players take them."""


class Clip(NamedTuple):
    """A clip as it was sent."""

    path: Path
    size: tuple[int, int]
    seconds: float
    colour_told: bool

    @classmethod
    def of(cls, path: Path) -> Clip:
        """Read a clip's headers. Raises ``BadMedia`` when it is not a film."""
        found = probe(path, "the clip")
        shown: Stream | None = found.video
        if shown is None or found.duration_s is None:
            raise BadMedia("the clip does not move; a picture goes into portrait")
        width = round((shown.width or 0) * shown.aspect)
        return cls(path, (max(2, width), max(2, shown.height or 0)), found.duration_s, shown.colour_told)


def look(clip: Clip, folder: Path) -> None:
    """See that a face is in a clip, in frames from all over it. Raises ``NoFace`` or ``BadMedia``."""
    reel = Reel(_shrunk(clip.size), 1, _SEEN)
    rate = min(30.0, _SEEN / clip.seconds)
    small = _normal(clip, reel, folder / "look.mp4", (f"fps={rate:.6f}",), whole=False)
    seen = [finder().find(to_rgb(frame)) is not None for frame in _played(small, reel.size)]
    if not seen or sum(seen) < _ENOUGH * len(seen):
        raise NoFace(f"In {sum(seen)} of {len(seen)} looks at the clip there is a face; half of them need one.")


def normal(clip: Clip, reel: Reel, target: Path, tell: Progress) -> Path:
    """Write the clip in the film's size and rate, no longer than the film. Raises ``BadMedia``."""
    return _normal(clip, reel, target, (f"fps={reel.fps}",), whole=True, tell=tell)


def played(path: Path, reel: Reel) -> Iterator[Frame]:
    """Give the frames of a normal clip without end: forth, back, and forth again."""
    shown = probe(path, "the clip").video
    if shown is None or not shown.frames:
        raise BadMedia("the clip holds no frame")
    last = (shown.frames - 1) // reel.fps * reel.fps
    while True:
        yield from _played(path, reel.size)
        for first in range(last, -1, -reel.fps):
            second = list(_played(path, reel.size, first / reel.fps, min(reel.fps, shown.frames - first)))
            yield from reversed(second)


def _played(path: Path, size: tuple[int, int], start_s: float = 0.0, most: int | None = None) -> Iterator[Frame]:
    """Decode frames of a file of ours; it has a key frame at every second."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if start_s > 0 and stream.time_base:
                container.seek(round(start_s / stream.time_base), stream=stream, backward=True)
            for number, frame in enumerate(container.decode(stream)):
                if most is not None and number >= most:
                    return
                yield decoded(np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8), size)
    except (av.error.FFmpegError, IndexError) as error:
        raise BadMedia(f"the clip cannot be read to its end: {type(error).__name__}") from error


def _normal(
    clip: Clip, reel: Reel, target: Path, rate: tuple[str, ...], *, whole: bool, tell: Progress = lambda _: None
) -> Path:
    width, height = reel.size
    told = () if clip.colour_told else (f"setparams=colorspace={'bt709' if clip.size[1] >= _HIGH else 'smpte170m'}",)
    fitted = (
        f"scale={width}:{height}:force_original_aspect_ratio=increase:force_divisible_by=2:out_color_matrix=bt709:"
        f"out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p,crop={width}:{height},setsar=1"
    )
    length = ("-t", f"{min(LONGEST_S, reel.seconds):.6f}") if whole else ()
    run(
        Command(
            what="the clip",
            arguments=(
                *reading(clip.path, *length),
                *("-map", "0:v:0", "-an", "-sn", "-dn", "-map_metadata", "-1"),
                *("-vf", ",".join([*told, *rate, fitted]), "-frames:v", str(reel.frames)),
                *(*video_arguments(reel.fps, "best"), "-f", "mp4"),
            ),
            output=target,
            seconds=min(clip.seconds, reel.seconds),
        ),
        tell,
    )
    return target


def _shrunk(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, _SMALL / max(own_size(size)))
    width, height = (max(2, 2 * round(side * scale / 2)) for side in own_size(size))
    return width, height
