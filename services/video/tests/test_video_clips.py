"""Clips: exact, in the house profile, moving smoothly and in the right direction."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import av
import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from mediamill.contracts import Answer, MediaAnswer
from mediamill.processes import Stopped
from mediamill_media.video.camera.path import way
from mediamill_media.video.camera.shoot import Camera
from mediamill_media.video.contract import Generate, Motion
from mediamill_media.video.handlers import generate
from mediamill_media.video.picture.planes import of_picture
from mediamill_testing.desk import DeskContext

SIZE = (320, 180)
DRAWN = (365, 205)


def scene(studio: Any, size: tuple[int, int] = SIZE) -> bytes:
    width, height = round(size[0] * 1.14), round(size[1] * 1.14)
    box = (width // 2 - 20, height // 2 - 20, width // 2 + 20, height // 2 + 20)
    near = studio.patch(width, height, box, (250, 20, 20))
    return studio.bundle([(studio.backdrop(width, height), 0.0, False), (near, 1.0, False)], size)


def red_middle(frame: Any) -> tuple[float, float]:
    rows, columns = np.nonzero((frame[:, :, 0] > 180) & (frame[:, :, 1] < 70) & (frame[:, :, 2] < 70))
    return float(columns.mean()), float(rows.mean())


@pytest.mark.parametrize(
    ("size", "fps", "seconds", "frames"),
    [((320, 180), 30, 1.0, 30), ((180, 320), 25, 1.3, 32), ((240, 240), 24, 0.5, 12), ((322, 182), 10, 2.04, 20)],
)
def test_a_clip_has_exactly_its_frames_in_the_house_profile(
    studio: Any, shoot: Any, size: tuple[int, int], fps: int, seconds: float, frames: int
) -> None:
    made, clip = shoot(layers=scene(studio), size=size, fps=fps, seconds=seconds)

    assert (made.frames, len(clip.frames), clip.size) == (frames, frames, size)
    assert made.duration_s == made.asset("clip").duration_s == pytest.approx(frames / fps)
    assert (clip.pixel_format, clip.rate, clip.sounding) == ("yuv420p", fps, False)
    assert clip.keyframes == list(range(0, frames, fps))
    assert np.allclose(np.diff(clip.times), 1 / fps, atol=1e-4)
    head = clip.path.read_bytes()[:4096]
    assert 0 <= head.find(b"moov") < (head.find(b"mdat") if b"mdat" in head else 4096)


@pytest.mark.parametrize("motion", ["pan_left", "pan_right", "rise"])
def test_a_moving_camera_does_not_shake(studio: Any, shoot: Any, motion: Motion) -> None:
    _, clip = shoot(image=studio.png(studio.texture(640, 360)), size=SIZE, seconds=2, motion=motion)

    grey = [clip.grey(number) for number in range(60)]
    window = cv2.createHanningWindow(SIZE, cv2.CV_64F)
    steps = np.array([cv2.phaseCorrelate(a, b, window)[0] for a, b in pairwise(grey)])
    wanted = [np.polyval(np.polyfit(np.arange(59), steps[:, axis], 4), np.arange(59)) for axis in (0, 1)]
    jitter = [float(np.std(steps[:, axis] - wanted[axis])) for axis in (0, 1)]

    assert max(jitter) <= 0.15, jitter
    assert np.abs(steps).sum() > 8


def test_panning_left_moves_the_picture_right_and_the_near_further_than_the_far(studio: Any, shoot: Any) -> None:
    width, height = DRAWN
    far = studio.patch(width, height, (100, 40, 120, 60), (20, 20, 250))
    near = studio.patch(width, height, (180, 120, 210, 150), (250, 20, 20))
    ground = np.full((height, width, 4), 255, np.uint8)
    layers = studio.bundle([(ground, 0.0, False), (far, 0.2, False), (near, 1.0, False)], SIZE)

    _, clip = shoot(layers=layers, size=SIZE, seconds=4, motion="pan_left")

    blue = [
        float(np.nonzero((f[:, :, 2] > 180) & (f[:, :, 0] < 90))[1].mean()) for f in (clip.frames[0], clip.frames[-1])
    ]
    red = [red_middle(frame)[0] for frame in (clip.frames[0], clip.frames[-1])]
    assert red[1] - red[0] > 2.5 * (blue[1] - blue[0]) > 2


def test_right_is_the_opposite_of_left_and_rising_lets_the_picture_sink(studio: Any, shoot: Any) -> None:
    moved = {}
    for motion in ("pan_left", "pan_right", "rise"):
        _, clip = shoot(layers=scene(studio), size=SIZE, seconds=2, motion=motion)
        start, end = red_middle(clip.frames[0]), red_middle(clip.frames[-1])
        moved[motion] = (end[0] - start[0], end[1] - start[1])

    assert moved["pan_left"][0] == pytest.approx(-moved["pan_right"][0], abs=0.6)
    assert moved["pan_left"][0] > 4
    assert moved["rise"][1] > 2


def test_zooming_in_makes_it_larger_and_still_keeps_it(studio: Any, shoot: Any) -> None:
    areas = {}
    for motion in ("zoom_in", "zoom_out", "still"):
        _, clip = shoot(layers=scene(studio), size=SIZE, seconds=4, motion=motion)
        areas[motion] = [
            int((f[:, :, 0] > 180).sum() - (f[:, :, 1] > 180).sum()) for f in (clip.frames[0], clip.frames[-1])
        ]

    assert areas["zoom_in"][1] > 1.1 * areas["zoom_in"][0]
    assert areas["zoom_out"][0] > 1.1 * areas["zoom_out"][1]
    assert areas["still"][0] == pytest.approx(areas["still"][1], rel=0.04)


def test_auto_takes_neighbouring_seeds_in_opposite_directions() -> None:
    ways = [way("auto", seed, 5.0) for seed in range(20)]

    assert all(one.x[0] == -other.x[0] for one, other in zip(ways[::2], ways[1::2], strict=True))
    assert len(set(ways)) == 4


def test_what_sways_bobs_while_the_camera_stands_still(studio: Any, shoot: Any) -> None:
    width, height = round(640 * 1.14), round(360 * 1.14)
    ground = np.full((height, width, 4), 255, np.uint8)
    layers = studio.bundle(
        [(ground, 0.0, False), (studio.patch(width, height, (300, 200, 340, 240), (250, 20, 20)), 0.9, True)],
        (640, 360),
    )

    _, clip = shoot(layers=layers, size=(640, 360), fps=15, seconds=3, motion="still")

    heights = [red_middle(frame)[1] for frame in clip.frames]
    assert 2.0 < max(heights) - min(heights) < 4.5


@pytest.mark.parametrize("colour", [(200, 40, 40), (30, 160, 60), (40, 60, 200), (255, 255, 255), (0, 0, 0)])
def test_colours_come_out_as_they_went_in(studio: Any, shoot: Any, colour: tuple[int, int, int]) -> None:
    flat = np.full((180, 320, 3), colour, np.uint8)

    _, clip = shoot(image=studio.png(flat), size=SIZE, seconds=0.5)

    with_bt709 = cv2.transform(_yuv(clip.path, SIZE), _FROM_BT709[:, :3])
    assert np.abs(with_bt709.reshape(-1, 3).mean(axis=0) - np.array(colour) / 255).max() < 0.02


_FROM_BT709 = np.array([[1.0, 0.0, 1.5748], [1.0, -0.187324, -0.468124], [1.0, 1.8556, 0.0]], np.float32)


def _yuv(path: Any, size: tuple[int, int]) -> Any:
    """Give the mean of the first frame's planes as one pixel, in full scale."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0)).to_ndarray()
    luma = frame[: size[1]].mean()
    chroma = frame[size[1] :].reshape(2, -1).mean(axis=1)
    return np.array([[[(luma - 16) / 219, (chroma[0] - 128) / 224, (chroma[1] - 128) / 224]]], np.float32)


def test_soft_edges_are_laid_over_as_they_should_be(studio: Any, shoot: Any) -> None:
    width, height = DRAWN
    ground = np.zeros((height, width, 4), np.uint8)
    ground[:, :] = (0, 0, 0, 255)
    veil = np.zeros((height, width, 4), np.uint8)
    veil[:, :] = (255, 255, 255, 128)

    _, clip = shoot(layers=studio.bundle([(ground, 0.0, False), (veil, 0.5, False)], SIZE), size=SIZE, seconds=0.5)

    assert abs(float(clip.frames[3].mean()) - 128) < 3


def test_more_layers_than_planes_look_the_same(studio: Any, shoot: Any) -> None:
    width, height = DRAWN
    ground = np.full((height, width, 4), 255, np.uint8)
    patches = [
        (studio.patch(width, height, (20 + 28 * n, 60, 40 + 28 * n, 90), (250, 20, 20)), 0.1 + 0.08 * n, False)
        for n in range(11)
    ]

    _, clip = shoot(
        layers=studio.bundle([(ground, 0.0, False), *patches], SIZE), size=SIZE, seconds=0.5, motion="still"
    )

    red = (clip.frames[2][:, :, 0] > 180) & (clip.frames[2][:, :, 1] < 80)
    assert cv2.connectedComponents(red.astype(np.uint8))[0] - 1 == 11


def test_a_picture_of_another_shape_covers_the_frame(studio: Any, shoot: Any) -> None:
    tall = np.full((900, 200, 3), (40, 200, 90), np.uint8)

    _, clip = shoot(image=studio.png(tall), size=SIZE, seconds=1)

    assert all(frame.min(axis=(0, 1))[1] > 150 for frame in clip.frames)


def test_the_same_ask_gives_the_same_bytes(studio: Any, shoot: Any) -> None:
    first, _ = shoot(layers=scene(studio), size=SIZE, seconds=1, seed=4)
    again, _ = shoot(layers=scene(studio), size=SIZE, seconds=1, seed=4)

    assert first.asset("clip").sha256 == again.asset("clip").sha256


def test_progress_is_told_frame_by_frame(studio: Any, desk: DeskContext) -> None:
    image = desk.save(studio.png(studio.texture(320, 180)), "image/png").id

    generate(desk, Generate(image=image, size=SIZE, seconds=1))

    assert [told[0] for told in desk.progressed] == [0, 15, 30]
    assert desk.progressed[1][2] == "frame 15/30"


class Drawing(DeskContext):
    """A desk whose child jobs draw: they answer with layers of the size asked for."""

    asked: dict[str, Any]
    studio: Any

    def run(self, kind: str, input: Any) -> Answer:
        self.asked = {"kind": kind, **input}
        return MediaAnswer(
            assets=(
                self.save(self.studio.png(self.studio.texture(64, 64)), "image/png", role="image"),
                self.save(scene(self.studio), "x", role="layers"),
            )
        )


@pytest.mark.parametrize(
    ("size", "drawn"), [((320, 180), [320, 180]), ((4096, 2048), [2048, 1024]), ((32, 64), [64, 64])]
)
def test_a_prompt_is_drawn_by_a_child_job_and_then_filmed(
    studio: Any, tmp_path: Any, size: tuple[int, int], drawn: list[int]
) -> None:
    desk = Drawing(tmp_path)
    desk.studio = studio

    made = generate(desk, Generate(prompt="a red boat on the sea", size=size, seconds=0.5, fps=4, seed=9))

    assert desk.asked == {"kind": "image.generate", "prompt": "a red boat on the sea", "size": drawn, "seed": 9}
    assert made.frames == 2


class Leaving(DeskContext):
    """A desk whose job is stopped after half a second of film."""

    def progress(self, current: float, total: float, message: str | None = None) -> None:
        if current >= 15:
            raise Stopped


def test_a_stopped_job_leaves_nothing_behind(studio: Any, tmp_path: Any) -> None:
    desk = Leaving(tmp_path)
    image = desk.save(studio.png(studio.texture(320, 180)), "image/png").id

    with pytest.raises(Stopped):
        generate(desk, Generate(image=image, size=SIZE, seconds=5))

    assert list(desk.workdir.iterdir()) == []


@pytest.mark.parametrize(
    "ask",
    [
        {},
        {"prompt": ""},
        {"prompt": "x", "size": (321, 180)},
        {"prompt": "x", "seconds": 0.1},
        {"prompt": "x", "fps": 61},
        {"prompt": "x", "motion": "spin"},
    ],
)
def test_an_ask_that_cannot_be_filmed_is_refused(ask: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Generate(**ask)


@pytest.mark.parametrize("motion", ["pan_left", "rise"])
def test_frames_lie_where_the_camera_s_way_says_to_a_hundredth_of_a_pixel(studio: Any, motion: Motion) -> None:
    picture = np.dstack([studio.texture(*SIZE), np.full(SIZE[::-1], 255, np.uint8)])
    camera, path = Camera(of_picture(picture, SIZE), SIZE), way(motion, 0, 4.0)
    axis, travel = (0, 0.06 * SIZE[0]) if motion == "pan_left" else (1, 0.06 * SIZE[1])
    poses = [path.at(number / 119, number / 30) for number in range(50, 70)]

    luma = [camera.see(pose)[: SIZE[0] * SIZE[1]].reshape(SIZE[::-1]).copy() for pose in poses]

    for (one, other), (before, after) in zip(pairwise(luma), pairwise(poses), strict=True):
        _, shift = cv2.findTransformECC(one, other, np.eye(2, 3, dtype=np.float32), cv2.MOTION_TRANSLATION)
        wanted = travel * (before[axis + 1] - after[axis + 1])
        assert shift[axis, 2] == pytest.approx(wanted, abs=0.01)
