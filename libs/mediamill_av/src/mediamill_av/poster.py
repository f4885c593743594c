"""One frame that stands for a film: among the frames that open its groups, the one with most to see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import numpy as np

from mediamill.errors import BadMedia
from mediamill_av.runner import Command, run

_LOOKS = 16


class Look(NamedTuple):
    """How much there is to see at a time."""

    score: float
    at_s: float


def draw_poster(film: Path, output: Path) -> Path:
    """Write the poster of a film of ours as a JPEG."""
    at_s = max(_looks(film), default=Look(0.0, 0.0)).at_s
    run(
        Command(
            what="the poster",
            arguments=("-ss", f"{at_s:.3f}", "-i", str(film), "-frames:v", "1", "-q:v", "3", "-f", "mjpeg"),
            output=output,
            frames=1,
            foreign=False,
        )
    )
    return output


def _looks(film: Path) -> Iterator[Look]:
    """Look at frames all over the film, decoding no more of it than they need."""
    try:
        with av.open(str(film)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            stream.codec_context.skip_frame = "NONKEY"
            length = float((stream.duration or 0) * (stream.time_base or 0))
            for number in range(_LOOKS):
                container.seek(round(length * (number + 0.5) / _LOOKS * 1_000_000))
                frame = next(container.decode(stream), None)
                if frame is not None:
                    yield Look(_score(frame), float(frame.time or 0.0))
    except (av.error.FFmpegError, IndexError) as error:
        raise BadMedia(f"the film cannot be read back: {error}") from error


def _score(frame: av.VideoFrame) -> float:
    """Prefer contrast and detail; what is nearly black or white has neither."""
    grey = frame.reformat(width=96, height=54, format="gray").to_ndarray().astype(np.float64)
    detail = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
    return float(grey.std() + 2 * detail)
