"""Puppets do what they are told, where they are told, and nothing else."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from PIL import Image

from mediamill_media.lipsync.faces.frames import to_rgb
from mediamill_media.lipsync.faces.marks import drawn_face
from mediamill_media.lipsync.faces.mesh import finder
from mediamill_media.lipsync.puppets.drawn import DrawnPuppet
from mediamill_media.lipsync.puppets.photo import PhotoPuppet
from mediamill_media.lipsync.puppets.pose import Acting, Pose
from mediamill_media.lipsync.speech.mouth import Mouth

SIDE = 192
SHUT = Mouth(0.0, 0.0, 0.0, 0.0, 0.0)
REST = Mouth(0.0, 0.0, 0.0, 0.0, 1.0)
WIDE_OPEN = Mouth(1.0, 0.2, 0.2, 0.1, 0.0)
PURSED = Mouth(0.3, -0.95, 0.0, 0.0, 0.0)
UPPER, LOWER, LEFT, RIGHT, CHIN = 13, 14, 78, 308, 152
LIDS = ((159, 145), (386, 374))


def points_in(pixels: Any) -> Any:
    found = finder().find(pixels)
    assert found is not None
    return found.points


def photographed(photo: Any) -> PhotoPuppet:
    return PhotoPuppet(photo, points_in(photo))


def drawn(troupe: Any, **changed: Any) -> DrawnPuppet:
    face = json.dumps({"faces": [troupe.face(SIDE, **changed)]})
    picture = np.asarray(Image.open(io.BytesIO(troupe.drawn(SIDE))).convert("RGB"))
    return DrawnPuppet(picture, drawn_face(face, (SIDE, SIDE), None))


def inside(frame: Any) -> int:
    return int((np.abs(to_rgb(frame).astype(int) - (0x8C, 0x2F, 0x3C)).sum(axis=2) < 60).sum())


def dark(frame: Any, x: float, y: float, reach: int) -> int:
    part = to_rgb(frame)[round(y) - reach : round(y) + reach + 1, round(x) - reach : round(x) + reach + 1]
    return int((part.astype(int).sum(axis=2) < 330).sum())


def test_a_drawn_mouth_opens_as_far_as_it_is_told_and_shuts_to_a_line(troupe: Any) -> None:
    puppet = drawn(troupe)
    seen = [inside(puppet.show(Mouth(o, 0, 0, 0, 0), Pose())) for o in (0.0, 0.25, 0.5, 1.0)]

    assert seen[0] < 10
    assert seen[0] < seen[1] < seen[2] < seen[3]
    assert seen[3] > 250


def test_a_pursed_mouth_is_narrower_than_a_spread_one(troupe: Any) -> None:
    puppet = drawn(troupe)

    def width(mouth: Mouth) -> int:
        seen = np.abs(to_rgb(puppet.show(mouth, Pose())).astype(int) - (0x8C, 0x2F, 0x3C)).sum(axis=2) < 60
        return int(np.ptp(np.flatnonzero(seen.any(axis=0))))

    assert width(Mouth(0.5, -0.9, 0, 0, 0)) < 0.7 * width(Mouth(0.5, 0.9, 0, 0, 0))


def test_only_the_mouth_of_a_still_head_changes(troupe: Any) -> None:
    puppet = drawn(troupe)

    changed = np.abs(puppet.show(WIDE_OPEN, Pose()).astype(int) - puppet.show(SHUT, Pose())).max(axis=2) > 2

    rows, columns = np.nonzero(changed)
    assert rows.min() > SIDE * 0.5
    assert rows.max() < SIDE * 0.8
    assert abs((columns.min() + columns.max()) / 2 - SIDE / 2) < 2


def test_drawn_eyes_close_and_open_again(troupe: Any) -> None:
    puppet, eye = drawn(troupe), troupe.face(SIDE)["eyes"][0]
    opened, half, closed = (dark(puppet.show(SHUT, Pose(blink=b)), eye["x"], eye["y"], 8) for b in (0, 0.5, 1))

    assert closed < 0.45 * opened
    assert closed <= half <= opened


def test_a_mouth_on_a_screen_shines_and_has_neither_teeth_nor_tongue(troupe: Any) -> None:
    puppet = drawn(troupe, line="#7fe9f5", fill="#5686a5")

    seen = to_rgb(puppet.show(WIDE_OPEN, Pose())).astype(int)[100:150, 70:122].reshape(-1, 3)

    assert (np.abs(seen - (0xFB, 0xF7, 0xEE)).sum(axis=1) < 30).sum() == 0
    assert (np.abs(seen - (0x56, 0x86, 0xA5)).sum(axis=1) < 30).sum() > 100


def test_a_head_moves_and_the_edges_of_its_picture_do_not(troupe: Any) -> None:
    puppet = drawn(troupe)
    still, moved = puppet.show(SHUT, Pose()), puppet.show(SHUT, Pose(roll=2.0, x=0.06, y=0.03))

    changed = np.abs(moved.astype(int) - still).max(axis=2) > 8
    assert changed[60:130, 60:130].any()
    assert not changed[[0, -1]].any()
    assert not changed[:, [0, -1]].any()


def test_a_resting_photo_is_the_photo_itself(photo: Any) -> None:
    shown = to_rgb(photographed(photo).show(REST, Pose()))

    off = np.abs(shown.astype(int) - photo)
    assert off.mean() < 1.5
    assert np.percentile(off, 99.5) < 8


def test_a_photographed_mouth_opens_shuts_and_purses_as_a_face_finder_sees_it(photo: Any) -> None:
    puppet, tall = photographed(photo), np.ptp(points_in(photo)[:, 1])

    shut, opened, pursed = (points_in(to_rgb(puppet.show(mouth, Pose()))) for mouth in (SHUT, WIDE_OPEN, PURSED))

    assert np.hypot(*(shut[UPPER] - shut[LOWER])) / tall < 0.035
    assert np.hypot(*(opened[UPPER] - opened[LOWER])) / tall > 0.1
    assert np.hypot(*(pursed[LEFT] - pursed[RIGHT])) < 0.95 * np.hypot(*(opened[LEFT] - opened[RIGHT]))


def test_the_chin_goes_along_and_the_eyes_do_not(photo: Any) -> None:
    puppet, points = photographed(photo), points_in(photo)
    shut, opened = puppet.show(SHUT, Pose()), puppet.show(WIDE_OPEN, Pose())

    changed = np.abs(opened.astype(int) - shut).max(axis=2) > 6
    nose, chin = round(float(points[4, 1])), round(float(points[CHIN, 1]))
    assert not changed[: nose - 12].any()
    assert changed[chin - 4].any()


def test_photographed_eyes_blink(photo: Any) -> None:
    puppet, points = photographed(photo), points_in(photo)

    def iris(blink: float) -> float:
        """Give how much darker the middle of the eyes is than the skin above them."""
        luma = puppet.show(REST, Pose(blink=blink))[..., 0].astype(float)
        depths = []
        for upper, lower in LIDS:
            x, top, bottom = round(float(points[upper, 0])), float(points[upper, 1]), float(points[lower, 1])
            middle = round((top + bottom) / 2 - 0.1 * (bottom - top))
            skin = round(top - 1.2 * (bottom - top))
            depths.append(luma[skin, x - 2 : x + 3].mean() - luma[middle - 1 : middle + 1, x - 2 : x + 3].mean())
        return float(np.mean(depths))

    assert iris(0.0) > 60
    assert iris(1.0) < 0.6 * iris(0.0)
    assert iris(1.0) < iris(0.5) < iris(0.0)


def test_acting_is_the_same_for_the_same_seed_and_calm_where_it_is_to_be() -> None:
    loud = np.abs(np.sin(np.arange(300) / 9))
    how = ((1, 1), (1, 1), (2, 1), (1, 0))

    acted = [[Acting(seed, loud, 30, much).at(frame) for frame in range(300)] for seed, much in how]

    assert acted[0] == acted[1] != acted[2]
    assert all(pose[:3] == (0, 0, 0) and pose.blink == 0 for pose in acted[3])
    blinks = np.diff((np.array([pose.blink for pose in acted[0]]) > 0.5).astype(int)).tolist().count(1)
    assert 2 <= blinks <= 5
    steps = np.abs(np.diff([pose.roll for pose in acted[0]]))
    assert 0 < steps.max() < 0.35
