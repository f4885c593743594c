from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from mediamill.errors import BadMedia
from mediamill_media.image.characters.chunk import KEY, read_reference
from mediamill_media.image.characters.design import design
from mediamill_media.image.contract import DrawCharacter, Generate
from mediamill_media.image.handlers import character, generate
from mediamill_media.image.providers import local
from mediamill_testing.desk import DeskContext

if TYPE_CHECKING:
    from conftest import Gallery

PIP = DrawCharacter(name="Pip", description="a little purple robot with a green scarf", size=(256, 256))
MIRA = DrawCharacter(name="Mira", description="a girl with braids in a red dress", views=("portrait",), size=(128, 128))


def test_words_decide_the_look_and_chance_only_what_they_leave_open() -> None:
    look = design("Mira", "a girl with long blond hair, a blue coat and glasses").look

    assert look.species == "girl"
    assert look.hair == "long"
    assert look.colors["hair"] == "#e9c471"
    assert look.colors["top"] == "#4d92dc"
    assert {wear.name for wear in look.wears} == {"coat", "glasses"}


def test_a_character_has_the_same_look_each_time_and_another_seed_gives_another() -> None:
    first, again = design("Ada", "a woman"), design("Ada", "a woman")
    other = [design("Ada", "a woman", seed=seed).look for seed in range(4)]

    assert first == again
    assert any(look != first.look for look in other)


def test_personality_shows_in_the_face() -> None:
    assert design("A", "a bear", "grumpy but kind").look.expression == "angry"
    assert design("B", "a bear", "cheerful").look.expression == "laughing"


def test_a_description_that_names_nobody_still_gives_somebody() -> None:
    assert design("Zed", "the bravest of all").look.species in {"girl", "boy"}
    assert design("Moon", "the moon").look.species in {"girl", "boy"}


def test_both_views_carry_the_character_and_either_is_a_reference(desk: DeskContext) -> None:
    made = character(desk, PIP)

    for role in ("portrait", "sheet"):
        asset = made.asset(role)
        assert read_reference(desk.open(asset.id), asset.id).character == made.character


def test_only_the_views_that_were_asked_for_are_drawn(desk: DeskContext) -> None:
    made = character(desk, MIRA)

    assert [asset.role for asset in made.assets] == ["portrait"]
    assert (made.assets[0].width, made.assets[0].height) == (128, 128)


def test_a_character_looks_the_same_in_two_scenes(desk: DeskContext, gallery: Gallery) -> None:
    made = character(desk, PIP)
    reference = made.asset("portrait").id
    found = local.read_references(desk, Generate(prompt="x", references=(reference,)))

    scenes = [local.scene_of(prompt, "flat", found) for prompt in ("Pip in the forest", "a beach where Pip sits")]
    asks = [
        Generate(prompt=f"Pip on the {place}", style="flat", size=(320, 180), references=(reference,), seed=4)
        for place in ("beach", "farm")
    ]
    pictures = [generate(desk, ask).pictures[0] for ask in asks]

    assert [scene.subjects[0].look for scene in scenes] == [made.character.look] * 2
    first, second = (_cast_colors(gallery, str(picture.layers)) for picture in pictures)
    common = sum(min(first.get(color, 0), second.get(color, 0)) for color in first)
    assert common > 0.8 * sum(first.values())


def _cast_colors(gallery: Gallery, layers: str) -> dict[tuple[int, ...], int]:
    bundle = gallery.bundle(layers)
    cast = next(layer for row, layer in zip(bundle.rows, bundle.layers, strict=True) if row["name"] == "cast")
    solid = cast[cast[..., 3] == 255][:, :3].astype(int)
    colors, counts = np.unique(solid, axis=0, return_counts=True)
    return {tuple(map(int, color)): int(count) for color, count in zip(colors, counts, strict=True)}


def test_a_prompt_that_names_no_character_shows_them_all(desk: DeskContext) -> None:
    references = tuple(character(desk, ask).assets[0].id for ask in (PIP, MIRA))
    ask = Generate(prompt="a picnic in the forest", references=references)

    scene = local.scene_of(ask.prompt, ask.style, local.read_references(desk, ask))

    assert [subject.word for subject in scene.subjects if subject.look] == ["Pip", "Mira"]


def test_a_prompt_that_names_one_character_shows_only_that_one(desk: DeskContext) -> None:
    references = tuple(character(desk, ask).assets[0].id for ask in (PIP, MIRA))
    ask = Generate(prompt="Mira holding a lantern in the forest", references=references)

    scene = local.scene_of(ask.prompt, ask.style, local.read_references(desk, ask))

    assert [subject.word for subject in scene.subjects] == ["Mira"]
    assert scene.subjects[0].holds is not None


def test_an_ordinary_picture_lends_its_colours(desk: DeskContext, tmp_path: Path) -> None:
    path = tmp_path / "orange.jpg"
    Image.new("RGB", (300, 200), (240, 120, 20)).save(path)

    found = read_reference(path, "orange")

    assert found.character is None
    red, green, blue = (int(found.colors[0][at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue


def png_of_size(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a readable"),
        (b"<html>hello</html>", "is not a readable"),
        (b"#EXTM3U\nhttp://example.invalid/a.ts", "is not a readable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a readable"),
        (png_of_size(8, 8)[:40], "is not a readable"),
        (png_of_size(8000, 8000), "8000x8000 pixels; at most 50 million"),
        (png_of_size(60000, 60000), "is not a readable|at most 50 million"),
        (png_of_size(4000, 4000), "is not a readable"),
    ],
)
def test_a_hostile_reference_is_refused_with_a_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "reference"
    path.write_bytes(content)

    with pytest.raises(BadMedia, match=says):
        read_reference(path, "some-asset")


def signed(path: Path, text: str) -> Path:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


GOOD = design("Pip", "a robot").model_dump()


@pytest.mark.parametrize(
    ("look", "says"),
    [
        ({"species": "../../etc/passwd"}, "cannot draw"),
        ({"species": "moon"}, "cannot draw"),
        ({"colors": {"main": '"/><image href="file:///etc/passwd"/>'}}, "not written as #rrggbb"),
        ({"expression": "../x"}, "face that is not known"),
        ({"size": 1e9}, "does not fit"),
        ({"wears": [{"name": "scarf", "color": "url(#x)"}]}, "does not fit"),
        ({"secret": 1}, "does not fit"),
    ],
)
def test_a_forged_character_cannot_reach_the_drawing(look: dict[str, object], says: str, tmp_path: Path) -> None:
    forged = json.dumps({**GOOD, "look": {**GOOD["look"], **look}})

    with pytest.raises(BadMedia, match=says):
        read_reference(signed(tmp_path / "forged.png", forged), "forged")


def test_a_character_that_is_no_json_or_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMedia, match="does not fit"):
        read_reference(signed(tmp_path / "a.png", "{"), "a")
    with pytest.raises(BadMedia, match="at most 65536"):
        read_reference(signed(tmp_path / "b.png", "x" * 70_000), "b")
