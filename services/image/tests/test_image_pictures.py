from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydantic import ValidationError

from mediamill_media.image.contract import STYLES, Generate
from mediamill_media.image.handlers import generate
from mediamill_media.image.providers import local
from mediamill_testing.desk import DeskContext

if TYPE_CHECKING:
    from conftest import Gallery, Rgba

HASH = """
import hashlib
from mediamill_media.image.contract import Generate
from mediamill_media.image.providers import local
ask = Generate(prompt="a fox and two owls in a foggy forest at night", size=(320, 180), seed=11)
drawn = local.picture_of(local.scene_of(ask.prompt, ask.style), ask, 11, lambda done, parts: None)
print(hashlib.sha256(drawn.png + drawn.layers).hexdigest())
"""


def hash_in_a_fresh_process(hash_seed: str) -> str:
    env = {"PYTHONHASHSEED": hash_seed, "PATH": ""}
    done = subprocess.run([sys.executable, "-c", HASH], capture_output=True, text=True, check=True, env=env)
    return done.stdout.strip()


def test_the_same_prompt_and_seed_give_the_same_bytes_in_two_processes() -> None:
    first, second = hash_in_a_fresh_process("1"), hash_in_a_fresh_process("2")

    assert len(first) == 64
    assert first == second


def test_another_seed_gives_another_picture(desk: DeskContext, gallery: Gallery) -> None:
    made = generate(desk, Generate(prompt="a girl in the forest", size=(160, 90), n=2, seed=5))

    first, second = (gallery.pixels(picture.image) for picture in made.pictures)
    assert [picture.seed for picture in made.pictures] == [5, 6]
    assert np.abs(first - second).mean() > 3


def test_n_pictures_are_n_steps_so_that_a_replay_draws_none_again(desk: DeskContext) -> None:
    steps: list[str] = []
    run = desk.step
    desk.step = lambda name, fn, *args, **kwargs: (steps.append(name), run(name, fn, *args, **kwargs))[1]  # type: ignore[method-assign]

    made = generate(desk, Generate(prompt="a cat", size=(64, 64), n=3))

    assert len(steps) == len(set(steps)) == 3
    assert [asset.role for asset in made.assets] == ["image", "layers"] * 3


@pytest.mark.parametrize("size", [(64, 64), (640, 360), (360, 640), (400, 400), (1000, 64), (64, 1000), (333, 217)])
def test_a_picture_has_exactly_the_size_that_was_asked_for(
    size: tuple[int, int], desk: DeskContext, gallery: Gallery
) -> None:
    made = generate(desk, Generate(prompt="a lighthouse and two children by the sea", size=size))

    image = made.asset("image")
    assert gallery.picture(image.id).size == size
    assert (image.width, image.height) == size


@pytest.mark.parametrize("size", [(63, 100), (100, 2049)])
def test_a_size_outside_the_limits_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="64 to 2048 pixels"):
        Generate(prompt="a cat", size=size)


def test_an_unknown_style_is_refused_with_the_list_of_styles() -> None:
    with pytest.raises(ValidationError) as refused:
        Generate.model_validate({"prompt": "a cat", "style": "baroque"})

    assert all(style in str(refused.value) for style in STYLES)


def over(layers: list[Rgba]) -> Rgba:
    picture = layers[0][..., :3].copy()
    for layer in layers[1:]:
        alpha = layer[..., 3:] / 255
        picture += (layer[..., :3] - picture) * alpha
    return picture


@pytest.mark.parametrize("style", STYLES)
def test_the_layers_laid_on_each_other_are_the_flat_picture(style: str, desk: DeskContext, gallery: Gallery) -> None:
    ask = Generate.model_validate({"prompt": "a boat at sunset by the sea", "size": "480x270", "style": style})

    picture = generate(desk, ask).pictures[0]

    assert picture.layers is not None
    bundle, flat = gallery.bundle(picture.layers), gallery.pixels(picture.image)
    height, width = bundle.layers[0].shape[:2]
    x, y = (width - 480) // 2, (height - 270) // 2
    together = over(bundle.layers)[y : y + 270, x : x + 480]
    assert np.abs(together - flat).mean() < 14
    assert np.corrcoef(together.ravel(), flat.ravel())[0, 1] > 0.97


def test_layers_are_listed_back_to_front_and_drawn_with_overscan(desk: DeskContext, gallery: Gallery) -> None:
    picture = generate(desk, Generate(prompt="a fox in the forest", size=(300, 200))).pictures[0]

    assert picture.layers is not None
    bundle = gallery.bundle(picture.layers)
    depths = [float(str(row["depth"])) for row in bundle.rows]
    assert bundle.size == (300, 200)
    assert bundle.overscan == 1.14
    assert depths == sorted(depths)
    assert depths[0] == 0
    assert [row["bob"] for row in bundle.rows].count(True) == 1
    assert {layer.shape for layer in bundle.layers} == {(228, 342, 4)}
    assert bundle.layers[0][..., 3].min() == 255


@pytest.mark.parametrize("size", [(480, 270), (270, 480), (300, 300)])
@pytest.mark.parametrize("subject", ["a fox", "a robot", "a cup", "a whale underwater", "a lighthouse by the sea"])
def test_the_key_subject_is_large_and_its_feet_are_inside(
    subject: str, size: tuple[int, int], desk: DeskContext, gallery: Gallery
) -> None:
    picture = generate(desk, Generate(prompt=subject, size=size)).pictures[0]

    assert picture.layers is not None
    bundle = gallery.bundle(picture.layers)
    named = {str(row["name"]): layer for row, layer in zip(bundle.rows, bundle.layers, strict=True)}
    layer = named["ground" if "lighthouse" in subject else "cast"][..., 3]
    rows = np.flatnonzero((layer > 60).any(axis=1)) - (layer.shape[0] - size[1]) // 2
    share = (rows[-1] - rows[0]) / min(size[1], size[0] * 1.28)
    assert share > 0.4
    if "lighthouse" not in subject:
        assert rows[-1] < size[1] * 0.9


@pytest.mark.parametrize(
    ("prompt", "channel"), [("a red balloon", 0), ("a green balloon", 1), ("a blue balloon above the clouds", 2)]
)
def test_a_colour_of_the_prompt_is_seen_in_the_picture(
    prompt: str, channel: int, desk: DeskContext, gallery: Gallery
) -> None:
    picture = generate(desk, Generate(prompt=prompt, size=(200, 200), style="flat")).pictures[0]

    assert picture.layers is not None
    bundle = gallery.bundle(picture.layers)
    cast = next(layer for row, layer in zip(bundle.rows, bundle.layers, strict=True) if row["name"] == "cast")
    shown = cast[cast[..., 3] > 250][:, :3]
    vivid = shown[np.ptp(shown, axis=1) > 80]
    assert np.bincount(vivid.argmax(axis=1), minlength=3).argmax() == channel


def test_night_is_darker_than_day_and_snow_is_whiter_than_grass(desk: DeskContext, gallery: Gallery) -> None:
    def brightness(prompt: str) -> float:
        made = generate(desk, Generate(prompt=prompt, size=(160, 90), seed=3))
        return float(gallery.pixels(made.pictures[0].image).mean())

    assert brightness("a meadow at night") < brightness("a meadow") - 40
    assert brightness("a snowy meadow") > brightness("a meadow") + 8


def test_the_answer_tells_what_is_drawn_and_what_is_missing(desk: DeskContext) -> None:
    picture = generate(desk, Generate(prompt="a fox juggling in the forest", size=(64, 64))).pictures[0]

    assert picture.drawn == ("fox", "forest")
    assert picture.missing == ("juggling",)


def test_a_long_job_tells_its_progress_after_each_layer(desk: DeskContext) -> None:
    generate(desk, Generate(prompt="a fox in the forest", size=(64, 64), n=2))

    told = [current for current, _, _ in desk.progressed]
    assert told == sorted(told)
    assert len(told) >= 12


def test_the_seed_that_an_answer_gives_draws_the_picture_again(desk: DeskContext) -> None:
    first = generate(desk, Generate(prompt="a cat", size=(64, 64)))
    again = generate(desk, Generate(prompt="a cat", size=(64, 64), seed=first.pictures[0].seed))

    assert first.asset("image").sha256 == again.asset("image").sha256


def test_the_night_style_draws_the_night_and_says_that_the_day_is_missing() -> None:
    scene = local.scene_of("a fox on a sunny day", "night")

    assert scene.time == "night"
    assert scene.missing == ("sunny day",)
