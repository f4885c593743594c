"""The house profile: how every picture and sound that Mediamill makes is coded, so that they join without coding again.

Copying coded frames between films works only where the decoder's set-up (SPS and PPS) is equal, hence one place for
it. Groups of pictures are closed and one second long: a film can be cut there.
"""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

Quality = Literal["draft", "final", "best"]

TRACK_TIMESCALE = 15360
"""Ticks a second of a picture track, where a frame of 24, 30, 48 or 60 a second lasts a whole number of them."""
SAMPLE_RATE = 48_000
AUDIO_BITRATE = "160k"
_X264 = "open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:sar=1/1"
"""Colours and square pixels go to x264 by name: ffmpeg's own options yield to what frames say or leave unsaid, and the
set-ups of frames that came by different ways would differ."""
COLOUR = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")


class Effort(NamedTuple):
    """What a quality costs."""

    preset: str
    crf: int


EFFORTS: dict[Quality, Effort] = {
    "draft": Effort("veryfast", 26),
    "final": Effort("veryfast", 21),
    "best": Effort("medium", 19),
}


def threads_alone() -> int:
    """Give the threads of one ffmpeg that runs alone: what this process may use, up to four."""
    return max(1, min(4, len(os.sched_getaffinity(0))))


def video_arguments(fps: int, quality: Quality = "final", threads: int | None = None) -> tuple[str, ...]:
    """Give the output arguments of a picture in the house profile, without container and name.

    ``threads`` is what one ffmpeg may use; by default as many as it has alone.
    """
    preset, crf = EFFORTS[quality]
    return (
        *("-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-pix_fmt", "yuv420p", "-profile:v", "high"),
        *("-g", str(fps), "-keyint_min", str(fps), "-sc_threshold", "0", "-x264-params", _X264),
        *COLOUR,
        *("-threads", str(threads or threads_alone()), "-video_track_timescale", str(timescale(fps))),
    )


def timescale(fps: int) -> int:
    """Give the ticks a second in which a frame lasts a whole number of ticks."""
    return TRACK_TIMESCALE if TRACK_TIMESCALE % fps == 0 else fps * 512


def audio_arguments() -> tuple[str, ...]:
    """Give the output arguments of a sound in the house profile."""
    return ("-c:a", "aac", "-b:a", AUDIO_BITRATE, "-ar", str(SAMPLE_RATE), "-ac", "2")
