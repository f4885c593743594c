"""What vendors are asked for, and what becomes of their pictures."""

from __future__ import annotations

import io
import math
from pathlib import Path

import pytest
from PIL import Image

from mediamill.errors import BadMedia
from mediamill_media.image.contract import DrawCharacter, Generate
from mediamill_media.image.handlers import character
from mediamill_media.image.providers.keeping import fitted
from mediamill_media.image.providers.wanted import GRID, MOST_PIXELS, nearest, shape, words
from mediamill_testing.desk import DeskContext


def picture(size: tuple[int, int], color: str = "red", format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, format)
    return out.getvalue()


@pytest.mark.parametrize("size", [(1280, 720), (2048, 2048), (64, 64), (2048, 64), (720, 1280)])
def test_a_vendor_is_asked_for_the_same_shape_within_a_megapixel_on_its_grid(size: tuple[int, int]) -> None:
    width, height = shape(size)

    assert width * height <= MOST_PIXELS
    assert (width % GRID, height % GRID) == (0, 0)
    assert abs(math.log(width / height / (size[0] / size[1]))) < 0.12


def test_the_nearest_shape_is_the_one_of_which_least_is_cut_off() -> None:
    shapes = ((1, 1), (16, 9), (9, 16))

    assert [nearest(size, shapes) for size in ((1920, 1080), (1000, 1001), (700, 1300))] == [
        *shapes[1:2],
        (1, 1),
        (9, 16),
    ]


def test_a_character_is_told_of_in_words_and_a_lender_of_colours_in_the_log(desk: DeskContext) -> None:
    pip = character(desk, DrawCharacter(name="Pip", description="a green robot with a red scarf", views=("portrait",)))
    swatch = desk.save(picture((64, 64)), "image/png")
    ask = Generate(prompt="Pip waves", style="blueprint", references=(pip.assets[0].id, swatch.id))

    told = words(desk, ask)

    assert told.startswith("Pip waves. Pip: a green robot with a red scarf.")
    assert "blueprint" in told
    assert desk.logged == ["1 references are no characters; this provider cannot take up their colours."]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_vendors_picture_becomes_a_png_of_exactly_the_size_that_was_asked_for(tmp_path: Path, format: str) -> None:
    path = tmp_path / "theirs"
    path.write_bytes(picture((1024, 1024), "blue", format))

    made = Image.open(io.BytesIO(fitted(path, (640, 360))))

    assert (made.format, made.size, made.mode) == ("PNG", (640, 360), "RGB")
    assert made.getpixel((320, 180))[2] > 200  # type: ignore[index]  # of an RGB picture


@pytest.mark.parametrize(
    "content",
    [b"<html>", picture((400, 400))[:200], picture((400, 400), format="BMP"), picture((9000, 6000))],
    ids=["page", "half", "bmp", "too large"],
)
def test_what_is_no_picture_that_we_take_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "theirs"
    path.write_bytes(content)

    with pytest.raises(BadMedia):
        fitted(path, (64, 64))
