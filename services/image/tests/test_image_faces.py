"""Pictures tell where their faces are, to the pixel, so that others can make them talk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mediamill_media.image.characters.design import design
from mediamill_media.image.characters.sheet import draw_view
from mediamill_media.image.contract import DrawCharacter, Generate
from mediamill_media.image.handlers import character, generate
from mediamill_media.image.render.faces import Eye, Face, told
from mediamill_testing.desk import DeskContext

if TYPE_CHECKING:
    from conftest import Gallery

SIZE = (384, 384)


def faces_in(gallery: Gallery, asset_id: str) -> list[dict[str, Any]]:
    text = gallery.picture(asset_id).info.get("mediamill.faces")
    return list(json.loads(text)["faces"]) if text is not None else []


def darkness(pixels: Any, x: float, y: float) -> float:
    """Give how much darker a spot is than what lies around it."""
    luma = pixels[..., :3].astype(float).mean(axis=2)
    column, row = round(x), round(y)
    around = np.concatenate([luma[row - 30 : row + 31, column - 30], luma[row - 30 : row + 31, column + 30]])
    return float(np.median(around) - luma[row - 2 : row + 3, column - 2 : column + 3].min())


@pytest.mark.parametrize(
    "description", ["a girl with curly red hair", "an orange fox", "a horse", "an octopus", "a knight", "a sad cat"]
)
def test_a_mark_lies_on_the_mouth_and_the_eyes_that_were_drawn(description: str) -> None:
    view = draw_view(design("Kim", description), "portrait", SIZE, "flat")

    (face,) = view.faces
    lowest = np.array(face.mouth) + np.array(face.down) * face.bend
    assert face.who == "Kim"
    assert darkness(view.pixels, *lowest) > 25
    assert face.eyes
    assert all(darkness(view.pixels, eye.x, eye.y) > 25 for eye in face.eyes)


def test_a_robot_s_mouth_shines_in_the_colour_of_its_line() -> None:
    view = draw_view(design("Pip", "a little green robot"), "portrait", SIZE, "flat")

    (face,) = view.faces
    x, y = np.array(face.mouth) + np.array(face.down) * face.bend
    shown = view.pixels[round(y) - 2 : round(y) + 3, round(x), :3].astype(int)
    wanted = [int(face.line[at : at + 2], 16) for at in (1, 3, 5)]
    assert np.abs(shown - wanted).sum(axis=1).min() < 30
    assert len(face.eyes) == 2


def test_a_beard_has_the_mouth_that_is_seen_and_closed_eyes_are_not_told() -> None:
    (wizard,) = draw_view(design("Tom", "an old bearded wizard"), "portrait", SIZE, "flat").faces
    (sleeper,) = draw_view(design("Zoe", "a sleepy girl", "sleepy"), "portrait", SIZE, "flat").faces

    assert wizard.line == wizard.fill
    assert sleeper.eyes == ()


def test_all_faces_of_a_scene_are_told_by_the_words_of_the_prompt(desk: DeskContext, gallery: Gallery) -> None:
    made = generate(desk, Generate(prompt="a fox and a robot girl in the forest", size=(640, 360), seed=3))

    faces = faces_in(gallery, made.asset("image").id)
    assert {face["who"] for face in faces} == {"fox", "robot girl"}
    assert all(0 < face["mouth"][0] < 640 and 0 < face["mouth"][1] < 360 for face in faces)
    assert faces[0]["right"][0] ** 2 >= faces[1]["right"][0] ** 2


def test_a_rider_talks_and_not_its_horse(desk: DeskContext, gallery: Gallery) -> None:
    made = generate(desk, Generate(prompt="a knight riding a horse", size=(640, 360), seed=3))

    (face,) = faces_in(gallery, made.asset("image").id)
    assert (face["who"], len(face["eyes"])) == ("knight", 2)


def test_a_picture_without_faces_tells_of_none(desk: DeskContext, gallery: Gallery) -> None:
    made = generate(desk, Generate(prompt="a lighthouse by the sea", size=(320, 180), seed=3))

    assert faces_in(gallery, made.asset("image").id) == []


def test_portraits_and_sheets_carry_their_faces_beside_their_character(desk: DeskContext, gallery: Gallery) -> None:
    made = character(desk, DrawCharacter(name='Q & "A"', description="a bear", size=(256, 256)))

    assert [face["who"] for face in faces_in(gallery, made.asset("portrait").id)] == ['Q & "A"']
    assert len(faces_in(gallery, made.asset("sheet").id)) == 6


def test_the_largest_come_first_and_never_too_many() -> None:
    faces = [
        Face("one", (9.0, 9.0), (float(n), 0.0), (0.0, float(n)), 0.5, "#000000", "#000000", (Eye(1.0, 1.0, 1.0),))
        for n in range(1, 40)
    ]

    written = json.loads(told(faces))["faces"]

    assert [face["right"][0] for face in written] == [float(n) for n in range(39, 15, -1)]
