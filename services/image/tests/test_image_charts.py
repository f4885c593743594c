"""A chart is measured with a ruler: what it shows is as long, as high or as many as the number says."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from pydantic import ValidationError

from mediamill_media.image.charts.contract import Draw
from mediamill_media.image.charts.draw import draw
from mediamill_media.image.charts.icons import filled
from mediamill_media.image.charts.lettering import Style, fitted, width_of
from mediamill_media.image.charts.sheet import INKS
from mediamill_media.image.handlers import chart
from mediamill_testing.desk import DeskContext

Pixels = npt.NDArray[np.int16]

SIZES = ["1280x720", "720x1280", "600x600", "320x240"]
SHARES = [{"label": "walkers", "shown": "58%", "value": 58}, {"label": "others", "shown": "34.5%", "value": 34.5}]
LENGTHS = [{"label": "songs", "shown": "3.1 days", "value": 3.1}, {"label": "others", "shown": "4.6", "value": 4.6}]
FIRST, SECOND = INKS["light"].marks[:2]


def drawn(**ask: Any) -> Pixels:
    return pixels(draw(Draw.model_validate({"size": "600x600", **ask})).image)


def pixels(png: bytes | None) -> Pixels:
    assert png is not None
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.int16)


def of_colour(picture: Pixels, colour: str) -> npt.NDArray[np.bool_]:
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.int16)
    return np.asarray((np.abs(picture - wanted) <= 6).all(axis=2))


def longest_run(mask: npt.NDArray[np.bool_], axis: int) -> int:
    """How long the longest line of a colour is, along rows (1) or columns (0)."""
    best = 0
    for line in mask if axis == 1 else mask.T:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        best = max(best, int((edges[1::2] - edges[::2]).max(initial=0)))
    return best


@pytest.mark.parametrize("size", SIZES)
def test_bars_are_as_long_as_their_numbers(size: str) -> None:
    picture = drawn(type="bars", figures=LENGTHS, size=size)

    short, long = (longest_run(of_colour(picture, colour), 1) for colour in (FIRST, SECOND))

    assert long > picture.shape[1] / 4
    assert short / long == pytest.approx(3.1 / 4.6, abs=0.015)


@pytest.mark.parametrize("size", SIZES)
def test_columns_are_as_high_as_their_numbers_and_stand_on_one_line(size: str) -> None:
    figures = [{"label": "before", "shown": "41", "value": 41}, {"label": "after", "shown": "23", "value": 23}]
    picture = drawn(type="change", figures=figures, size=size)

    masks = [of_colour(picture, colour) for colour in (FIRST, SECOND)]
    high, low = (longest_run(mask, 0) for mask in masks)

    assert low / high == pytest.approx(23 / 41, abs=0.03)
    assert abs(int(np.flatnonzero(masks[0].any(axis=1))[-1]) - int(np.flatnonzero(masks[1].any(axis=1))[-1])) <= 1


@pytest.mark.parametrize("size", ["1280x720", "720x1280"])
def test_as_many_of_a_hundred_are_filled_as_the_number_says(size: str) -> None:
    full = [{**figure, "value": 100} for figure in SHARES]
    bare = pixels(draw(Draw.model_validate({"type": "icons", "figures": SHARES, "size": size})).stage)
    some, all_ = (drawn(type="icons", figures=figures, size=size) for figures in (SHARES, full))

    for figure, colour in zip(SHARES, (FIRST, SECOND), strict=True):
        number = of_colour(drawn(type="icons", figures=[{**f, "value": 0} for f in SHARES], size=size), colour).sum()
        share = (of_colour(some, colour).sum() - number) / (of_colour(all_, colour).sum() - number)
        assert share == pytest.approx(float(str(figure["value"])) / 100, abs=0.01)
    assert not of_colour(bare, SECOND).any()


def test_a_person_is_filled_whole_in_part_or_not_at_all() -> None:
    row = [filled(2.4, at) for at in range(4)]

    assert row == [1, 1, pytest.approx(0.4), 0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("type", "figures"),
    [("icons", SHARES), ("bars", LENGTHS * 4), ("change", LENGTHS), ("number", LENGTHS[:1]), ("page", [])],
)
def test_everything_stays_inside_and_leaves_room_for_captions(type: str, figures: list[Any], size: str) -> None:
    words = "An uncommonly long title about things that are hard to tell in few words, and then some more of them"
    figures = [{**figure, "label": f"{words} {figure['label']}"[:160]} for figure in figures]
    lines = [words] * 3 if type == "page" else []

    picture = drawn(type=type, heading=words[:80], title=words, figures=figures, lines=lines, size=size)

    paper = np.array([int(INKS["light"].paper[at : at + 2], 16) for at in (1, 3, 5)])
    inked = (np.abs(picture - paper) > 40).any(axis=2)
    height, width = inked.shape
    upright = height > width
    assert inked.any()
    assert not inked[:, : int(0.05 * width)].any()
    assert not inked[:, int(0.97 * width) :].any()
    assert not inked[: int(0.09 * height)].any()
    assert not inked[int((0.74 if upright else 0.85) * height) :].any()


@pytest.mark.parametrize("type", ["icons", "bars", "change", "number"])
def test_the_stage_is_the_same_without_the_numbers(type: str) -> None:
    figures = SHARES[:1] if type == "number" else SHARES
    made = draw(Draw.model_validate({"type": type, "title": "Sleep", "figures": figures, "size": "600x600"}))
    image, stage = pixels(made.image), pixels(made.stage)

    assert not of_colour(stage, FIRST).any()
    assert of_colour(image, FIRST).any()
    assert (image[:90] == stage[:90]).all()


def test_a_tag_can_be_seen_through_and_is_as_long_as_its_line() -> None:
    titles = ("Ex J. 2024", "Marlowe I, Okonjo T, et al. Ex J Clin Trials. 2024 · PMID 90000001")
    asks = [Draw.model_validate({"type": "tag", "title": title, "size": "800x36"}) for title in titles]
    short, long = (np.asarray(Image.open(io.BytesIO(draw(ask).image))) for ask in asks)

    shown = [np.flatnonzero(picture[..., 3].any(axis=0))[-1] for picture in (short, long)]
    assert short.shape == (36, 800, 4)
    assert shown[0] < shown[1] <= 799
    assert 150 < short[18, 10, 3] < 255
    assert short[18, 790, 3] == 0


def test_letters_of_papers_are_drawn_and_not_boxes() -> None:
    style = Style(40, "medium", "#000000")

    widths = [width_of(letter, style) for letter in "αβ≥≤±²⁹₂–éř"]

    assert all(5 < width < 40 for width in widths)
    assert len(set(widths)) > 5


def test_what_a_user_wrote_is_text_and_never_markup() -> None:
    nasty = '</text><image href="file:///etc/passwd"/><script>&lol; \x00\u202e"\'>'

    picture = drawn(type="page", heading=nasty, title=nasty, lines=[nasty])

    assert len(np.unique(picture)) > 5


def test_lines_break_at_words_shrink_and_end_with_an_ellipsis() -> None:
    style = Style(20, "regular", "#000000")

    block = fitted("one two three " * 30, style, 200, 2)
    tight = fitted("Donaudampfschifffahrtsgesellschaftskapitän", style, 60, 9)

    assert len(block.lines) == 2
    assert block.lines[-1].endswith("…")
    assert block.style.size < 20
    assert all(width_of(line, block.style) <= 200 for line in block.lines)
    assert "".join(tight.lines) == "Donaudampfschifffahrtsgesellschaftskapitän"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"type": "icons", "figures": []}, "takes 1 to 4 figures"),
        ({"type": "change", "figures": SHARES[:1]}, "takes 2 figures"),
        ({"type": "icons", "figures": [{"label": "a", "shown": "1", "value": 120}]}, "figures.0: a share is at most"),
        ({"type": "bars", "figures": [{"label": "a", "shown": "-3", "value": -3}]}, "greater than or equal to 0"),
        ({"type": "bars", "figures": [{"label": "\u200b", "shown": "3", "value": 3}]}, "nothing to be seen"),
        ({"type": "bars", "figures": [{"label": "a", "shown": "3", "value": float("nan")}]}, "finite"),
        ({"type": "page"}, "a page needs a title"),
        ({"type": "number", "figures": SHARES[:1], "lines": ["a"]}, "only a page has lines"),
        ({"type": "page", "title": "a", "size": "4000x100"}, "32 to 2048"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_and_where(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Draw.model_validate(wrong)


def test_a_job_keeps_the_picture_and_its_stage_the_same_each_time(desk: DeskContext) -> None:
    ask = Draw.model_validate({"type": "icons", "figures": SHARES, "size": "320x240"})

    made, again = chart(desk, ask), chart(desk, ask)
    page = chart(desk, Draw.model_validate({"type": "page", "title": "A page", "size": "320x240"}))

    assert [(one.role, one.width, one.height) for one in made.assets] == [("image", 320, 240), ("stage", 320, 240)]
    assert [one.sha256 for one in made.assets] == [one.sha256 for one in again.assets]
    assert [one.role for one in page.assets] == ["image"]
