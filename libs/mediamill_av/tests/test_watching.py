from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mediamill.errors import OutputRejected
from mediamill_av.gate.judging import judge
from mediamill_av.gate.watching import Watched
from mediamill_av.record import Reel, record
from mediamill_av.runner import Command, run

REEL = Reel((160, 96), 10, 40)
NOISE = np.random.default_rng(5).integers(60, 200, (12, 40)).repeat(8, axis=0).repeat(8, axis=1).astype(np.uint8)


def frames(speed: int, dark: float = 1.0) -> Iterator[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]:
    """A pattern that moves to the left by so many pixels a frame."""
    chroma = np.full((48, 160), 128, np.uint8)
    for number in range(REEL.frames):
        moved = np.roll(NOISE, -speed * number, axis=1)[:, :160]
        yield np.vstack([(16 + (moved - 16.0) * dark).astype(np.uint8), chroma])


@pytest.mark.parametrize(("speed", "dark"), [(2, 1.0), (0, 1.0), (2, 0.0)])
def test_a_recording_may_stand_or_be_dark_where_its_frames_are(tmp_path: Path, speed: int, dark: float) -> None:
    watched = Watched(REEL)

    record(REEL, watched.through(frames(speed, dark)), tmp_path / "clip.mp4")

    assert judge(tmp_path / "clip.mp4", watched.wanted("the clip")) is None


@pytest.mark.parametrize(("filters", "told"), [("loop=loop=39:size=1", "frozen"), ("lutyuv=y=16", "black")])
def test_a_recording_that_is_not_what_was_filmed_is_rejected(tmp_path: Path, filters: str, told: str) -> None:
    watched = Watched(REEL)
    record(REEL, watched.through(frames(2)), tmp_path / "clip.mp4")
    arguments = ("-i", str(tmp_path / "clip.mp4"), "-vf", filters, "-frames:v", "40", "-g", "10", "-f", "mp4")
    run(Command(what="spoil", arguments=arguments, output=tmp_path / "spoilt.mp4", foreign=False))

    with pytest.raises(OutputRejected, match=told):
        judge(tmp_path / "spoilt.mp4", watched.wanted("the clip"))
