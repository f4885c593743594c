"""Faces are found where they are and nowhere else; what a file tells of its faces is not believed unseen."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
import skimage.data
from PIL import Image

from mediamill.errors import BadMedia
from mediamill_media.lipsync.errors import NoFace
from mediamill_media.lipsync.faces.fitting import fit, own_size
from mediamill_media.lipsync.faces.frames import coded, color, decoded, from_rgb, to_rgb
from mediamill_media.lipsync.faces.marks import drawn_face
from mediamill_media.lipsync.faces.mesh import finder

MOUTH, LEFT_EYE, CHIN = 13, 33, 152


def told(*faces: dict[str, Any]) -> str:
    return json.dumps({"faces": faces})


@pytest.mark.parametrize("turned", [0, 20, -30])
def test_a_photographed_face_is_found_to_a_few_pixels_however_it_is_turned(turned: int) -> None:
    photo = Image.fromarray(skimage.data.astronaut())

    found = finder().find(np.asarray(photo.rotate(turned, center=(224, 127))))

    assert found is not None
    angle = np.radians(turned)
    back = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    upright = (found.points - (224, 127)) @ back.T + (224, 127)
    for point, at in ((MOUTH, (224, 143)), (LEFT_EYE, (194, 102)), (CHIN, (222, 176))):
        assert np.hypot(*(upright[point] - at)) < 7, (point, upright[point])


@pytest.mark.parametrize("picture", ["coffee", "chelsea", "rocket", "brick", "page"])
def test_where_there_is_no_face_none_is_found(picture: str) -> None:
    pixels = getattr(skimage.data, picture)()

    assert finder().find(np.dstack([pixels] * 3) if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., :3])) is None


def test_a_face_is_followed_from_frame_to_frame(photo: Any) -> None:
    before = finder().find(photo)
    assert before is not None

    after = finder().follow(np.roll(photo, 6, axis=1), before.points)

    assert after is not None
    assert (after.points - before.points)[:, 0].mean() == pytest.approx(6, abs=1)


def test_the_speaker_is_found_by_name_and_else_the_largest_face_talks(troupe: Any) -> None:
    small = troupe.face(who="fox", right=[6.0, 0.0], down=[0.0, 6.0])
    text = told(troupe.face(who="Pip"), small)

    assert drawn_face(text, (192, 192), None).who == "Pip"
    assert drawn_face(text, (192, 192), "FOX").who == "fox"
    with pytest.raises(NoFace, match="no owl that can talk; it shows Pip, fox"):
        drawn_face(text, (192, 192), "owl")


HOSTILE: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "no JSON"),
    "deep": ("[" * 100_000, "letters"),
    "deep enough": ("[" * 60_000, "no JSON"),
    "a list": ("[]", "does not fit"),
    "many": (told(*[{}] * 99), "does not fit"),
    "not a number": ({"mouth": ["x", 1]}, "faces.0.mouth"),
    "endless": ({"mouth": [1e300, 1]}, "faces.0.mouth"),
    "nan": ({"right": [float("nan"), 0]}, "faces.0.right"),
    "a paint that is code": ({"line": "url(#x)"}, "faces.0.line"),
    "an eye as large as the world": ({"eyes": [{"x": 1, "y": 1, "r": 1e9}]}, "faces.0.eyes"),
    "many eyes": ({"eyes": [{"x": 1, "y": 1, "r": 2}] * 9}, "faces.0.eyes"),
}
NOBODY: dict[str, dict[str, Any]] = {
    "outside": {"mouth": [400.0, 20.0]},
    "too small": {"right": [0.5, 0.0], "down": [0.0, 0.5]},
    "flat": {"down": [9.0, 0.0]},
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_does_not_fit_is_refused(troupe: Any, name: str) -> None:
    wrong, says = HOSTILE[name]

    with pytest.raises(BadMedia, match=says):
        drawn_face(wrong if isinstance(wrong, str) else told(troupe.face(**wrong)), (192, 192), None)


@pytest.mark.parametrize("name", sorted(NOBODY))
def test_a_face_that_nobody_sees_does_not_talk(troupe: Any, name: str) -> None:
    with pytest.raises(NoFace, match="shows nobody"):
        drawn_face(told(troupe.face(**NOBODY[name])), (192, 192), None)


@pytest.mark.parametrize(
    ("size", "own"),
    [((768, 768), (768, 768)), ((4000, 3000), (1280, 960)), ((33, 101), (64, 196)), ((501, 333), (500, 332))],
)
def test_a_film_has_its_picture_s_own_size_made_even_and_bearable(size: tuple[int, int], own: tuple[int, int]) -> None:
    assert own_size(size) == own


def test_what_is_cut_off_is_never_the_face() -> None:
    picture = np.zeros((400, 800, 3), np.uint8)
    picture[40:60, 700:720] = (255, 0, 0)

    place = fit((800, 400), (200, 200), np.array((710.0, 50.0)))
    shown = place.show(picture)

    where = np.argwhere(shown[..., 0] > 128).mean(axis=0)[::-1]
    assert shown.shape == (200, 200, 3)
    assert where == pytest.approx(np.array((709.5, 49.5)) * place.scale + place.offset, abs=1)
    assert 0 < where[0] < 200


def test_frames_keep_their_colours_through_their_coding() -> None:
    colours = np.array([(200, 40, 40), (30, 160, 60), (255, 255, 255), (0, 0, 0)], np.uint8)
    picture = np.repeat(np.repeat(colours[None], 8, axis=0), 4, axis=1)

    planes = coded(from_rgb(picture)).reshape(12, 16)

    assert np.abs(to_rgb(decoded(planes, (16, 8)))[:, 1::4].astype(int) - colours).max() < 60
    assert np.abs(to_rgb(from_rgb(picture)).astype(int) - picture).max() <= 2
    assert np.abs(np.array(color("#c82828")) - from_rgb(picture)[0, 0]).max() < 1


def test_a_photo_that_lies_on_its_side_is_read_upright(photo: Any, tmp_path: Any) -> None:
    from_file = tmp_path / "sideways.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photo).rotate(90, expand=True).save(from_file, "JPEG", exif=exif)

    with io.BytesIO(from_file.read_bytes()) as file:
        assert Image.open(file).getexif()[0x0112] == 6
    assert finder().find(np.asarray(Image.open(from_file).rotate(-90))) is not None
