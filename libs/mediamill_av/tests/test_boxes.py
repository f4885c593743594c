"""Pictures that stand in a part of the frame, over what is behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from mediamill.timeline import Box, Timeline
from mediamill_av.assemble import sources_of
from mediamill_av.layers import Place, place_of
from mediamill_av.plan import plan
from mediamill_av.render import render

RED, BLUE, STILL = (f"0190a5c8-7c1e-7000-8000-00000000000{number}" for number in (1, 2, 3))
CORNER = {"x": 0.75, "y": 0.0, "width": 0.25, "height": 0.5}


def rendered(media: Path, folder: Path, *items: dict[str, Any]) -> Any:
    tracks = [{"type": "video", "items": [{"asset": RED, "out_s": 1}]}, {"type": "image", "items": list(items)}]
    declared = {"size": [320, 180], "fps": 30, "tracks": tracks, "output": {"quality": "draft"}}
    timeline = Timeline.model_validate(declared)
    files = {RED: media / "red.mp4", BLUE: media / "blue.mp4", STILL: media / "still.png"}
    return render(plan(timeline, sources_of(timeline, files), None), folder)


def frames(path: Path) -> npt.NDArray[np.float64]:
    with av.open(str(path)) as container:
        return np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], dtype=float)


def test_a_picture_in_a_box_covers_no_more_than_its_part(media: Path, tmp_path: Path) -> None:
    seen = frames(rendered(media, tmp_path, {"asset": BLUE, "out_s": 1, "box": CORNER}).path)

    inside, outside = seen[:, 10:80, 250:310].mean(axis=(0, 1, 2)), seen[:, 10:80, 10:230].mean(axis=(0, 1, 2))
    assert len(seen) == 30
    assert inside == pytest.approx([0x20, 0x40, 0xC0], abs=8)
    assert outside == pytest.approx([0xC0, 0x30, 0x20], abs=8)
    assert seen[:, 100:, 250:310].mean(axis=(0, 1, 2)) == pytest.approx(outside, abs=8)


def test_what_is_behind_is_seen_through_by_what_opacity_leaves_open(media: Path, tmp_path: Path) -> None:
    seen = frames(rendered(media, tmp_path, {"asset": BLUE, "out_s": 1, "box": CORNER, "opacity": 0.5}).path)

    assert seen[:, 10:80, 250:310].mean(axis=(0, 1, 2)) == pytest.approx([0x70, 0x38, 0x70], abs=10)


def test_a_still_picture_moves_and_fades_inside_its_box(media: Path, tmp_path: Path) -> None:
    still = {"asset": STILL, "out_s": 1, "box": CORNER, "motion": "zoom_in", "fade_in_s": 0.5}
    seen = frames(rendered(media, tmp_path, still).path)

    around = seen[:, 100:, :]
    assert np.abs(around - around[0]).max() < 12
    assert seen[0, 10:80, 250:310].mean(axis=(0, 1)) == pytest.approx([0xC0, 0x30, 0x20], abs=12)
    assert np.abs(seen[20, :90, 240:] - seen[29, :90, 240:]).mean() > 1


def test_boxes_lie_on_even_pixels_inside_the_frame() -> None:
    assert place_of(None, (320, 180)) == Place(0, 0, 320, 180)
    assert place_of(Box(x=0.5, y=0.5, width=0.5, height=0.5), (322, 182)) == Place(160, 90, 160, 92)
    assert place_of(Box(x=0.999, y=0.999, width=0.001, height=0.001), (320, 180)) == Place(318, 178, 2, 2)
