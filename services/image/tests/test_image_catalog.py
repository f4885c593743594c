from __future__ import annotations

import pytest

from mediamill_media.image.art.colors import NAMES
from mediamill_media.image.art.faces import EXPRESSIONS
from mediamill_media.image.art.ink import Ink
from mediamill_media.image.art.outfits import OUTFITS
from mediamill_media.image.art.wardrobe import PIECES
from mediamill_media.image.characters.design import chance_of, look_of
from mediamill_media.image.characters.palettes import GARMENTS
from mediamill_media.image.compose.figure import draw
from mediamill_media.image.compose.scenery import PLACES
from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.prompt.lexicon import tables
from mediamill_media.image.prompt.scene import Subject
from mediamill_media.image.render.raster import rasterize

DRAWABLE = [name for name, entry in catalog().items() if entry.draw != "sky"]


@pytest.mark.parametrize("name", DRAWABLE)
def test_every_subject_of_the_catalog_draws_something_in_known_colours(name: str) -> None:
    subject = Subject(name=name, word=name)
    ink = Ink()

    drawing = draw(subject, look_of(subject, chance_of(name)), ink)

    assert "@" not in drawing.body
    frame = f"-{drawing.width / 2} -{drawing.height} {drawing.width} {drawing.height}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="{frame}">'
    pixels = rasterize(f"{head}{ink.document_defs()}{drawing.body}</svg>")
    assert (pixels[..., 3] > 0).mean() > 0.05


def test_every_place_of_the_lexicon_has_scenery() -> None:
    assert set(tables()["places"]) == set(PLACES)


def test_every_wearable_word_is_in_the_wardrobe() -> None:
    known = set(PIECES) | set(OUTFITS) | set(GARMENTS) | {"beard"}

    assert set(tables()["wears"]) <= known


def test_every_colour_and_face_of_the_lexicon_is_known() -> None:
    assert set(tables()["colors"]) <= set(NAMES)
    assert set(tables()["expressions"]) <= EXPRESSIONS


def test_every_stand_in_can_be_drawn_somewhere() -> None:
    for name, setting in tables()["stand_ins"].values():
        assert name in catalog()
        assert setting in PLACES or setting in tables()["times"]


def test_no_word_names_two_subjects() -> None:
    words = [word for entry in catalog().values() for word in entry.words]

    assert len(words) == len(set(words))
