"""Pictures in the colours of a brand."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mediamill_media.image.characters.branding import branded
from mediamill_media.image.contract import Generate
from mediamill_media.image.handlers import generate_here
from mediamill_media.image.prompt.parse import parse
from mediamill_media.image.providers.wanted import words
from mediamill_media.image.render.grade import lean_towards
from mediamill_testing.desk import DeskContext

MAGENTA, TEAL = "#c2185b", "#00bfa5"


def drawn(desk: DeskContext, **facts: Any) -> npt.NDArray[np.uint8]:
    ask = Generate(prompt="a woman and a bicycle in a city", size=(320, 180), style="flat", seed=3, **facts)
    with Image.open(desk.open(generate_here(desk, ask).asset("image").id)) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_picture_in_colours_leans_towards_the_first_and_shows_the_last(desk: DeskContext) -> None:
    plain, ours = drawn(desk), drawn(desk, colors=(MAGENTA, TEAL))

    red, green = ours[..., 0].astype(int), ours[..., 1].astype(int)
    teal = (np.abs(ours.astype(int) - (0x00, 0xBF, 0xA5)).max(axis=-1) < 30).mean()
    assert (red > green + 15).mean() > 0.6
    assert (plain[..., 0] > plain[..., 1].astype(int) + 15).mean() < 0.2
    assert teal > 0.002


def test_things_keep_apart_by_their_brightness_and_what_is_seen_through_stays_so() -> None:
    steps = np.zeros((1, 256, 4), dtype=np.uint8)
    steps[..., :3] = np.arange(256, dtype=np.uint8)[None, :, None]
    steps[..., 3] = np.arange(256, dtype=np.uint8)[::-1]

    done = lean_towards(MAGENTA, steps)

    bright = cv2.cvtColor(done[..., :3], cv2.COLOR_RGB2GRAY)[0].astype(int)
    assert (np.diff(bright) >= 0).all()
    assert bright[-1] - bright[0] > 200
    assert (done[..., 3] == steps[..., 3]).all()


def test_who_has_a_colour_by_the_words_or_by_nature_keeps_it() -> None:
    scene = branded(parse("a fox, a man, a red bicycle and a clock in a kitchen"), (MAGENTA, TEAL))

    colors = {subject.name: subject.color for subject in scene.subjects}
    assert (colors["fox"], colors["man"], colors["clock"]) == (None, MAGENTA, TEAL)
    assert colors["bicycle"] not in {None, MAGENTA, TEAL}


def test_vendors_are_told_of_the_colours_in_words(desk: DeskContext) -> None:
    told = words(desk, Generate(prompt="a bicycle", colors=(MAGENTA, TEAL)))

    assert told.endswith(f"in the colours {MAGENTA} and {TEAL}.")
    assert desk.logged == []
