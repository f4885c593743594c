from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediamill_av.fonts import font_file, put_fonts
from mediamill_av.house import timescale, video_arguments
from mediamill_av.packets import find_cuts, setup_of


def test_frames_that_came_by_any_way_can_be_joined(tmp_path: Path, bench: Any) -> None:
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(bytes(320 * 180 * 3) * 30)
    house = (*video_arguments(30), "-f", "mp4")
    piped = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", "30", "-i", str(raw))

    clips = [
        bench.make(tmp_path / "piped.mp4", *piped, *house),
        bench.make(tmp_path / "drawn.mp4", *bench.lavfi("testsrc2=s=320x180:r=30"), "-t", "1", *house),
        bench.make(tmp_path / "grey.mp4", *bench.lavfi("color=gray:s=320x180:r=30,format=gray"), "-t", "1", *house),
    ]

    assert len({setup_of(clip) for clip in clips}) == 1


@pytest.mark.parametrize("fps", [1, 12, 24, 25, 30, 50, 60])
def test_a_frame_lasts_a_whole_number_of_ticks(fps: int) -> None:
    assert timescale(fps) % fps == 0


def test_a_house_clip_can_be_cut_every_second(media: Path) -> None:
    cuts = find_cuts(media / "counting.mp4", 30)

    assert cuts is not None
    assert (cuts.frames, cuts.starts) == (90, (0, 30, 60))
    assert cuts.within(10, 75) == (30, 60)
    assert cuts.within(31, 59) is None
    assert find_cuts(media / "counting.mp4", 25) is None


def test_the_fonts_come_with_the_package(tmp_path: Path) -> None:
    folder = put_fonts(tmp_path)

    assert sorted(path.name for path in folder.iterdir()) == ["Poppins-Bold.ttf", "Poppins-SemiBold.ttf"]
    assert font_file().is_file()
