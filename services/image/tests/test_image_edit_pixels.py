"""Pictures of others are changed as a darkroom would: what is asked for happens, and the rest stays."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mediamill.errors import BadMedia, Permanent
from mediamill_media.image.contract import Edit, EditedPicture
from mediamill_media.image.edit.enlarge import enlarged
from mediamill_media.image.edit.wishes import Recolor, Wishes, read_wishes
from mediamill_media.image.providers.local_edit import LOCAL
from mediamill_testing.desk import DeskContext

SIZE = (200, 140)
DISC = (60, 35, 140, 115)
Rgb = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Change = Callable[..., EditedPicture]


def photo(mode: str = "RGB") -> Image.Image:
    """A red disc before grey that grows lighter, with some grain."""
    ramp = np.linspace(90, 190, SIZE[0])[None, :, None] * np.ones((SIZE[1], 1, 3))
    ramp += np.random.default_rng(2).normal(0, 3, ramp.shape)
    picture = Image.fromarray(np.clip(ramp, 0, 255).astype(np.uint8))
    ImageDraw.Draw(picture).ellipse(DISC, fill=(214, 40, 36))
    if mode == "RGBA":
        alpha = Image.new("L", SIZE, 0)
        ImageDraw.Draw(alpha).ellipse(DISC, fill=255)
        picture.putalpha(alpha)
    return picture


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def upload(desk: DeskContext) -> Callable[[Image.Image], str]:
    return lambda picture: desk.save(png(picture), "image/png").id


@pytest.fixture
def change(desk: DeskContext, upload: Any) -> Change:
    image = upload(photo())

    def made(prompt: str = "", **facts: Any) -> EditedPicture:
        return LOCAL.serve(desk, Edit.model_validate({"images": (image,), "prompt": prompt, **facts})).pictures[0]

    return made


@pytest.fixture
def seen(desk: DeskContext) -> Callable[[EditedPicture], Rgb]:
    return lambda picture: np.asarray(Image.open(desk.open(picture.image)).convert("RGB"), dtype=np.float64)


@pytest.fixture
def disc_mask(upload: Any) -> str:
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse((50, 25, 150, 125), fill=255)
    return str(upload(mask))


BEFORE = np.asarray(photo(), dtype=np.float64)
MIDDLE, CORNER = (75, 100), (10, 10)


@pytest.mark.parametrize(
    ("prompt", "wishes"),
    [
        ("make it blue", Wishes(recolor=Recolor("#4d92dc"))),
        ("change the red to green", Wishes(recolor=Recolor("#6cb45c", "#e2524a"))),
        ("black and white, more contrast", Wishes(tones=("black and white", "contrast"))),
        ("a watercolor painting", Wishes(style="watercolor")),
        ("turn this photo into a paper cut", Wishes(style="paper-cut")),
        ("upscale 4x", Wishes(enlarge=4.0)),
        ("blur the background", Wishes(ground="blurred")),
        ("replace the background with a beach at sunset", Wishes(ground="beach sunset")),
        ("white background please", Wishes(ground="#fbf7f0")),
        ("remove the background", Wishes(ground="plain")),
        ("erase this", Wishes(removes=True)),
        ("a quasar", Wishes(unknown=("quasar",))),
    ],
)
def test_an_order_is_read_into_what_is_to_be_done(prompt: str, wishes: Wishes) -> None:
    assert read_wishes(prompt) == wishes


def test_a_colour_takes_the_place_of_another_and_grey_stays_grey(change: Change, seen: Any) -> None:
    after = seen(change("make it blue"))

    red, _, blue = after[MIDDLE]
    assert blue > red + 60
    assert float(np.abs(after[:, :40] - BEFORE[:, :40]).max()) <= 2


def test_less_strength_goes_less_far(change: Change, seen: Any) -> None:
    far, near, not_at_all = (seen(change("sepia", strength=strength)) for strength in (0.7, 0.2, 0.0))

    assert np.abs(far - BEFORE).mean() > 2 * np.abs(near - BEFORE).mean() > 0.5
    assert np.array_equal(not_at_all, BEFORE)


@pytest.mark.parametrize("style", ["storybook", "flat", "night", "paper-cut", "blueprint"])
def test_every_style_redraws_the_picture_the_same_each_time(change: Change, style: str, seen: Any) -> None:
    first, again = change(style=style), change(style=style)

    assert first.done == (f"style: {style}",)
    assert np.array_equal(seen(first), seen(again))
    assert np.abs(seen(first) - BEFORE).mean() > 3


def test_the_subject_stays_before_a_background_of_another_picture(change: Change, upload: Any, seen: Any) -> None:
    image, field = upload(photo()), upload(Image.new("RGB", (300, 300), (20, 160, 40)))

    after = seen(change("put it on this background", images=(image, field)))

    assert np.abs(after[MIDDLE] - BEFORE[MIDDLE]).max() < 40
    assert np.abs(after[CORNER] - (20, 160, 40)).max() < 12


def test_what_is_cut_out_already_stays_before_a_drawn_background(change: Change, upload: Any, seen: Any) -> None:
    picture = change("replace the background with a beach at sunset", images=(upload(photo("RGBA")),))

    after = seen(picture)
    assert picture.done == ("background: beach sunset",)
    assert after[MIDDLE][0] > after[MIDDLE][2] + 100
    assert float(after[:30].std()) > 15


def test_a_picture_in_which_nothing_stands_out_is_told_so(change: Change, upload: Any) -> None:
    plain = upload(Image.new("RGB", SIZE, "gray"))

    with pytest.raises(Permanent, match="No subject stands out"):
        change("blur the background", images=(plain,))


def test_what_a_mask_gives_free_is_filled_from_around_it(change: Change, disc_mask: str, seen: Any) -> None:
    picture = change("remove the ball", mask=disc_mask)

    after = seen(picture)
    assert picture.done == ("filled in",)
    assert np.ptp(after[MIDDLE]) < 40
    assert np.array_equal(after[:, :40], BEFORE[:, :40])


def test_a_mask_is_transparent_or_white_where_it_may_change(change: Change, upload: Any, seen: Any) -> None:
    cut = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    ImageDraw.Draw(cut).rectangle((0, 0, 99, 139), fill=(0, 0, 0, 0))
    white = Image.new("L", SIZE, 0)
    white.paste(255, (0, 0, 100, 140))

    clear, light = (seen(change("inverted", mask=upload(mask))) for mask in (cut, white))

    assert np.array_equal(clear, light)
    assert np.abs(clear[CORNER] - (255 - BEFORE[CORNER])).max() <= 1
    assert np.array_equal(clear[:, 110:], BEFORE[:, 110:])


def test_a_picture_is_enlarged_without_halos_and_not_beyond_what_we_draw(change: Change, seen: Any) -> None:
    picture = change("upscale 2x")

    after = seen(picture)
    assert (picture.done, after.shape) == (("enlarged to 400x280",), (280, 400, 3))
    assert BEFORE.min() - 1 <= after.min() <= after.max() <= BEFORE.max() + 1
    assert enlarged(BEFORE.astype(np.float32), 8, 300).shape == (210, 300, 3)


def test_without_an_order_there_are_other_versions_each_by_its_seed(desk: DeskContext, upload: Any, seen: Any) -> None:
    ask = Edit(images=(upload(photo()),), n=3, seed=5)

    first, again = LOCAL.serve(desk, ask), LOCAL.serve(desk, ask)

    assert [picture.seed for picture in first.pictures] == [5, 6, 7]
    assert len({asset.sha256 for asset in first.assets}) == 3
    assert [asset.sha256 for asset in first.assets] == [asset.sha256 for asset in again.assets]
    assert 1 < np.abs(seen(first.pictures[0]) - BEFORE).mean() < 60


def test_what_cannot_be_done_is_refused_with_what_can(change: Change, upload: Any, desk: DeskContext) -> None:
    with pytest.raises(Permanent, match=r"input\.prompt: nothing .*black and white"):
        change("make him smile")
    with pytest.raises(Permanent, match=r"input\.mask"):
        change("remove the ball")
    with pytest.raises(BadMedia, match="nothing may change"):
        change("sepia", mask=upload(Image.new("L", SIZE, 0)))


@pytest.mark.parametrize("content", [b"<svg/>", png(photo())[:300], b""], ids=["svg", "half", "nothing"])
def test_what_is_no_picture_is_refused_by_its_name(change: Change, desk: DeskContext, content: bytes) -> None:
    image = desk.save(content, "image/png").id

    with pytest.raises(BadMedia, match=image):
        change("sepia", images=(image,))


def test_a_picture_that_lies_on_its_side_is_turned_upright(change: Change, desk: DeskContext, seen: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    photo().save(out, "JPEG", exif=exif)

    assert seen(change("sepia", images=(desk.save(out.getvalue(), "image/jpeg").id,))).shape == (200, 140, 3)
