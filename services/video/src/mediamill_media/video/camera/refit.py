"""Brings clips of vendors into the house profile: joined, in the size, rate and exact length that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import av.error
from PIL import Image

from mediamill.errors import BadMedia
from mediamill_av.house import video_arguments
from mediamill_av.probe import Stream, probe
from mediamill_av.record import Reel
from mediamill_av.runner import Command, Progress, reading, run

HELD_S = 1.0
"""What a vendor's clip may lack of its length; its last frame is held so long, and what lacks more is refused."""
_HIGH = 576
"""From so many lines on, colours that are not told are those of high definition, as players take them."""


def refit(clips: Sequence[Path], reel: Reel, target: Path, tell: Progress) -> None:
    """Write the clips, one after the other, as one of ours. Raises ``BadMedia`` when they are damaged or too short."""
    inputs = [argument for clip in clips for argument in reading(clip)]
    chains = [f"[{number}:v:0]{_fit(_shown(clip), reel)}[v{number}]" for number, clip in enumerate(clips)]
    joined = "".join(f"[v{number}]" for number in range(len(clips))) + f"concat=n={len(clips)}:v=1:a=0"
    held = f"tpad=stop_mode=clone:stop_duration={HELD_S},trim=end_frame={reel.frames},setpts=N/({reel.fps}*TB)"
    graph = ";".join([*chains, f"{joined},{held}[out]"])
    run(
        Command(
            what="the vendor's clip",
            arguments=(
                *(*inputs, "-filter_complex", graph, "-map", "[out]", "-an", "-sn", "-dn", "-map_metadata", "-1"),
                *(*video_arguments(reel.fps), "-movflags", "+faststart", "-f", "mp4"),
            ),
            output=target,
            frames=reel.frames,
        ),
        tell,
    )


def last_frame(clip: Path, target: Path) -> Path:
    """Write the last frame of a clip as a PNG: where its next piece begins. Raises ``BadMedia``."""
    last = None
    try:
        with av.open(str(clip)) as container:
            for frame in container.decode(video=0):
                last = frame
    except (av.error.FFmpegError, IndexError) as error:
        raise BadMedia(f"the vendor's clip cannot be read to its end: {type(error).__name__}") from error
    if last is None:
        raise BadMedia("the vendor's clip holds no frame")
    Image.fromarray(last.to_ndarray(format="rgb24")).save(target, "PNG", compress_level=1)
    return target


def _shown(clip: Path) -> Stream:
    found = probe(clip, "the vendor's clip").video
    if found is None:
        raise BadMedia("the vendor's clip holds no picture")
    return found


def _fit(shown: Stream, reel: Reel) -> str:
    width, height = reel.size
    told = "" if shown.colour_told else f"setparams=colorspace={_untold(shown)},"
    return (
        f"{told}fps={reel.fps},scale={width}:{height}:force_original_aspect_ratio=increase:force_divisible_by=2:"
        f"out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p,crop={width}:{height},setsar=1"
    )


def _untold(shown: Stream) -> str:
    return "bt709" if (shown.height or 0) >= _HIGH else "smpte170m"
