"""Our own pictures are changed by their scene and drawn again; what a prompt does not name stays as it was."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from mediamill.errors import BadMedia
from mediamill_media.image.characters.casting import cast_scene
from mediamill_media.image.characters.scenes import scene_of
from mediamill_media.image.contract import DrawCharacter, Edit, Edited, Generate
from mediamill_media.image.edit.recipe import KEY, MOST_EDITS, Recipe
from mediamill_media.image.edit.redraw import redraw_of
from mediamill_media.image.edit.revise import revise
from mediamill_media.image.handlers import character
from mediamill_media.image.providers.local import LOCAL as DRAWING
from mediamill_media.image.providers.local_edit import LOCAL
from mediamill_media.image.render.package import MEDIA_TYPE
from mediamill_testing.desk import DeskContext

PROMPT = "a fox and a girl with a red scarf by a lake"
SEED = 4
SIZE = (320, 180)


class Own(NamedTuple):
    """A desk with a picture of ours on it."""

    desk: DeskContext
    image: str

    def edit(self, prompt: str = "", **facts: object) -> Edited:
        return LOCAL.serve(self.desk, Edit.model_validate({"images": (self.image,), "prompt": prompt, **facts}))

    def pixels(self, image: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(Image.open(self.desk.open(image)).convert("RGB"), dtype=np.float64)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    desk = DeskContext(tmp_path_factory.mktemp("desk"))
    drawn = DRAWING.serve(desk, Generate(prompt=PROMPT, size=SIZE, seed=SEED))
    return Own(desk, drawn.pictures[0].image)


@pytest.mark.parametrize(
    ("prompt", "done", "names"),
    [
        ("make it night and add a lantern", ("time became night", "added lantern"), ("fox", "girl", "lantern")),
        ("remove the girl, it is snowing", ("removed girl", "weather became snow"), ("fox",)),
        ("replace the fox with a cat", ("fox became cat",), ("cat", "girl")),
        ("turn the day into night", ("time became night",), ("fox", "girl")),
        ("change the background to a beach at sunset", ("place became beach", "time became sunset"), ("fox", "girl")),
        ("Make the fox blue. Give the girl a yellow hat!", ("changed fox", "changed girl"), ("fox", "girl")),
        ("the same without the fox", ("removed fox",), ("girl",)),
        ("quantum flux", (), ("fox", "girl")),
    ],
)
def test_an_order_changes_what_it_names_and_nothing_else(
    prompt: str, done: tuple[str, ...], names: tuple[str, ...]
) -> None:
    scene = cast_scene(scene_of(PROMPT, "storybook"), SEED)
    before = {subject.name: subject.look for subject in scene.subjects}

    revision = revise(scene, prompt)

    assert revision.done == done
    assert revision.scene.names() == names
    changed = {word.removeprefix("changed ") for word in done}
    for subject in revision.scene.subjects:
        if subject.name in before and subject.name not in changed:
            assert subject.look == before[subject.name]


def test_a_colour_a_hat_and_a_feeling_become_part_of_the_look() -> None:
    scene = cast_scene(scene_of(PROMPT, "storybook"), SEED)

    fox, girl = revise(scene, "make the fox blue and give the girl a yellow hat").scene.subjects

    assert fox.look is not None
    assert girl.look is not None
    assert fox.look.colors["main"] == "#4d92dc"
    assert {"scarf", "hat"} <= {wear.name.replace("sunhat", "hat") for wear in girl.look.wears}


def test_words_that_nothing_came_of_are_told() -> None:
    scene = scene_of(PROMPT, "storybook")

    assert revise(scene, "remove the dragon").missing == ("dragon",)
    assert revise(scene, "make it night with a quasar").missing == ("quasar",)


def test_a_changed_picture_is_drawn_with_layers_and_can_be_changed_again(own: Own) -> None:
    first = own.edit("remove the girl")
    again = own.edit("add a lantern", images=(first.pictures[0].image,))

    (picture,) = again.pictures
    recipe = Recipe.model_validate_json(Image.open(own.desk.open(picture.image)).info[KEY])
    assert (first.pictures[0].done, picture.done) == (("removed girl",), ("added lantern",))
    assert own.desk.describe(str(picture.layers)).media_type == MEDIA_TYPE
    assert (recipe.prompt, recipe.edits, recipe.seed) == (PROMPT, ("remove the girl", "add a lantern"), SEED)
    assert own.edit("add a lantern", images=(first.pictures[0].image,)).assets[0].sha256 == again.assets[0].sha256


def test_without_an_order_other_pictures_of_the_same_scene_are_drawn(own: Own) -> None:
    varied = own.edit(n=2)

    assert [picture.seed for picture in varied.pictures] == [SEED + 1, SEED + 2]
    assert len({asset.sha256 for asset in varied.assets}) == 4
    assert own.edit(seed=SEED).assets[0].sha256 == own.desk.describe(own.image).sha256


def test_a_style_is_drawn_anew_and_stays_for_the_next_order(own: Own) -> None:
    drawn = own.edit(style="blueprint")

    pixels = own.pixels(drawn.pictures[0].image)
    recipe = Recipe.model_validate_json(Image.open(own.desk.open(drawn.pictures[0].image)).info[KEY])
    assert float((pixels[..., 2] > pixels[..., 0]).mean()) > 0.8
    assert (drawn.pictures[0].done, recipe.style) == (("style: blueprint",), "blueprint")
    assert redraw_of(recipe, "add a lantern", None, None).recipe.style == "blueprint"


def test_with_a_mask_all_that_may_not_change_stays_to_the_pixel(own: Own) -> None:
    mask = Image.new("L", SIZE, 0)
    mask.paste(255, (160, 0, 320, 180))
    own_mask = own.desk.save(as_png(mask), "image/png").id

    (picture,) = own.edit("make it night", mask=own_mask).pictures

    before, after = own.pixels(own.image), own.pixels(picture.image)
    assert np.array_equal(before[:, :150], after[:, :150])
    assert after[:, 200:].mean() < before[:, 200:].mean() - 40
    assert picture.layers is None


def test_a_character_stays_itself_and_is_removed_by_its_name(own: Own) -> None:
    pip = character(
        own.desk, DrawCharacter(name="Pip", description="a green robot", views=("portrait",), size=(64, 64))
    )
    drawn = DRAWING.serve(own.desk, Generate(prompt="Pip and a fox", size=(64, 64), references=(pip.assets[0].id,)))

    (picture,) = own.edit("remove Pip", images=(drawn.pictures[0].image,)).pictures

    assert picture.done == ("removed Pip",)


def test_a_picture_that_somebody_painted_into_is_no_longer_drawn_again(own: Own) -> None:
    painted = Image.open(own.desk.open(own.image))
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, painted.info[KEY])
    ImageDraw.Draw(painted).ellipse((10, 10, 60, 60), fill="magenta")
    out = io.BytesIO()
    painted.save(out, "PNG", pnginfo=info)
    image = own.desk.save(out.getvalue(), "image/png").id

    (picture,) = own.edit("sepia", images=(image,)).pictures

    assert (picture.done, picture.layers) == (("sepia",), None)
    assert np.ptp(own.pixels(picture.image)[35, 35]) < 120


@pytest.mark.parametrize(
    "recipe",
    [
        '{"prompt": 1}',
        '{"prompt": "a fox", "style": "oil"}',
        '{"prompt": "a fox", "colors": ["<svg>"]}',
        '{"prompt": "a fox", "cast": [{"name": "P", "description": "", "look": {"species": "<script>"}}]}',
        '{"prompt": "a fox", "pixels": "' + "x" * 300_000 + '"}',
    ],
    ids=["type", "style", "colour", "species", "length"],
)
def test_a_recipe_from_outside_is_read_as_any_input(own: Own, recipe: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, recipe)
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG", pnginfo=info)

    with pytest.raises(BadMedia, match=r"recipe|cannot draw"):
        own.edit("add a fox", images=(own.desk.save(out.getvalue(), "image/png").id,))


def test_a_recipe_does_not_grow_for_ever() -> None:
    full = Recipe(prompt=PROMPT, edits=("make it night",) * MOST_EDITS)

    assert redraw_of(full, "add a lantern", None, None).done == ()


def as_png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
