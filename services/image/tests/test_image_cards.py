"""Cards: what lies on them can be seen and read, whatever the colours, the words and the shape."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pydantic import ValidationError

from mediamill.errors import BadMedia
from mediamill_media.image.art.colors import mix
from mediamill_media.image.cards import words
from mediamill_media.image.cards.contrast import READABLE, contrast, ink_on
from mediamill_media.image.cards.ground import share_of
from mediamill_media.image.cards.pieces import lost, plate_for
from mediamill_media.image.contract import Card
from mediamill_media.image.handlers import card
from mediamill_testing.desk import DeskContext

NAVY = {"ground": "#12355b", "accent": "#ffb400"}
SHAPES = [(320, 180), (180, 320), (200, 200)]
colors = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def kept(desk: DeskContext, picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return desk.save(file.getvalue(), "image/png").id


def drawn(desk: DeskContext, **facts: Any) -> npt.NDArray[np.uint8]:
    made = card(desk, Card.model_validate({"colors": NAVY, "size": [320, 180], **facts}))
    with Image.open(desk.open(made.asset("image").id)) as picture:
        return np.asarray(picture)


def share(pixels: npt.NDArray[np.uint8], color: tuple[int, int, int], off: int = 12) -> float:
    return float((np.abs(pixels[..., :3].astype(int) - color).max(axis=-1) <= off).mean())


@given(colors, colors)
def test_words_can_be_read_on_every_ground_and_on_what_comes_into_its_corners(ground: str, second: str) -> None:
    corner = mix(ground, second, share_of(second, ground))

    assert contrast(ink_on(ground), ground) >= READABLE
    assert contrast(ink_on(ground), corner) >= READABLE


@pytest.mark.parametrize("size", SHAPES)
def test_an_end_card_has_the_ground_the_button_and_the_title_in_every_shape(
    desk: DeskContext, size: tuple[int, int]
) -> None:
    seen = drawn(desk, size=size, title="Be seen on every ride", action="Order yours today", note="glow.example")

    assert seen.shape == (size[1], size[0], 3)
    assert share(seen, (0x12, 0x35, 0x5B), 30) > 0.5
    assert share(seen, (0xFF, 0xB4, 0x00)) > 0.02
    assert share(seen, (255, 255, 255), 30) > 0.015


def test_a_button_that_its_ground_would_swallow_takes_the_ink_instead(desk: DeskContext) -> None:
    seen = drawn(desk, action="Order", colors={"ground": "#12355b", "accent": "#12355b"})

    assert share(seen, (255, 255, 255)) > 0.02


@pytest.mark.parametrize("size", SHAPES)
def test_a_picture_is_shown_whole_and_leaves_room_for_captions(desk: DeskContext, size: tuple[int, int]) -> None:
    picture = Image.new("RGB", (160, 90), "#ffffff")
    ImageDraw.Draw(picture).rectangle((0, 0, 40, 90), fill="#d02020")
    seen = drawn(desk, picture=kept(desk, picture), size=size)

    red, white = share(seen, (0xD0, 0x20, 0x20), 6), share(seen, (255, 255, 255), 2)
    captions = seen[round(size[1] * 0.84) :]
    assert white / red == pytest.approx(120 / 40, rel=0.12)
    assert red + white > 0.2
    assert share(captions, (255, 255, 255), 40) == share(captions, (0xD0, 0x20, 0x20), 40) == 0


@pytest.mark.parametrize("ground", ["#12355b", "#f4efe6", "#808080"])
@pytest.mark.parametrize("ink", ["#12355b", "#f4efe6", "#ffffff", "#111111"])
def test_a_logo_differs_from_what_it_lies_on(ink: str, ground: str) -> None:
    logo = Image.new("RGBA", (60, 30), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((0, 0, 59, 29), fill=ink)
    under = plate_for(logo, ground) or ground

    assert lost(logo, under) < 0.35


def test_a_logo_in_the_colour_of_the_ground_stands_on_a_plate(desk: DeskContext) -> None:
    logo = Image.new("RGBA", (60, 30), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((0, 0, 59, 29), fill=NAVY["ground"])

    seen = drawn(desk, logo=kept(desk, logo), title="Glow")
    badge = drawn(desk, logo=kept(desk, logo), size=(160, 80), corners=0.2)

    assert share(seen, (255, 255, 255)) > 0.05
    assert share(badge, (255, 255, 255), 20) > 0.3


def test_round_corners_are_seen_through_and_nothing_else(desk: DeskContext) -> None:
    seen = drawn(desk, title="Glow", size=(160, 80), corners=0.25)

    assert seen.shape == (80, 160, 4)
    assert seen[0, 0, 3] == seen[-1, -1, 3] == 0
    assert (seen[..., 3] == 255).mean() > 0.95


@given(st.text(min_size=1, max_size=120), st.integers(40, 600), st.integers(20, 300), st.integers(1, 4))
def test_whatever_the_words_they_fit_into_their_box(text: str, width: int, height: int, most_lines: int) -> None:
    found = words.fitted(text, words.HEAVY, (width, height), most_lines=most_lines, largest=120)

    assert len(found.lines) <= most_lines
    assert found.size <= 120
    if found.size > 8:
        assert (found.width <= width + 1, found.height <= height + 1) == (True, True)


def test_the_same_card_again_is_the_same_bytes(desk: DeskContext) -> None:
    ask = Card(title="Glow", action="Order", size=(160, 90))

    assert card(desk, ask).asset("image").sha256 == card(desk, ask).asset("image").sha256


def test_an_empty_card_and_a_broken_logo_are_refused_with_what_is_wrong(desk: DeskContext) -> None:
    broken = desk.save(b"\x89PNG\r\n\x1a\n no picture", "image/png").id

    with pytest.raises(ValidationError, match="needs a picture, a logo or words"):
        Card()
    with pytest.raises(BadMedia, match=f"logo {broken} is not a readable"):
        card(desk, Card(logo=broken))
