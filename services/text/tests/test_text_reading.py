"""Reading: what is speakable, where sentences end, who is in a brief."""

from __future__ import annotations

import pytest

from mediamill_media.text.reading.brief import read
from mediamill_media.text.reading.sentences import count, shortened, split
from mediamill_media.text.reading.speech import speakable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("**Bold** and _soft_ `code`", "Bold and soft code"),
        ("See [the guide](https://x.example/a_b) now", "See the guide now"),
        ("Order at https://shop.example/x today", "Order today"),
        ("It costs $1.5M, or €39", "It costs 1.5 million dollars, or 39 euros"),
        ("Keeps 24h at 5°C & weighs 120g", "Keeps 24 hours at 5 degrees Celsius and weighs 120 grams"),
        ("Up to 30% in 10–12 days 🎉", "Up to 30 percent in 10 to 12 days"),
        ("On 2025-05-12, e.g. at noon", "On 12 May 2025, for example at noon"),
        ("It was proven [1, 2].", "It was proven."),
        ("A <b>tag</b> and a\u200b gap", "A tag and a gap"),
        ("We are #1, open 24/7", "We are number 1, open around the clock"),
    ],
)
def test_text_is_made_speakable(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


def test_sentences_end_where_a_reader_would_pause() -> None:
    text = 'Dr. Okafor paid 3.5 dollars. "Who is there?" asked Mr. Fox. Nobody! The end'

    assert split(text) == ["Dr. Okafor paid 3.5 dollars.", '"Who is there?" asked Mr. Fox.', "Nobody!", "The end."]


def test_a_sentence_too_long_for_a_scene_falls_apart_at_its_joints() -> None:
    text = (
        "The fox ran over the hill and through the wood, because the rain had begun to fall on the roofs of the town, "
        * 3
    )

    pieces = shortened(text.strip(" ,") + ".")

    assert all(3 <= count(piece) <= 32 for piece in pieces)
    assert all(piece[0].isupper() and piece.endswith(".") for piece in pieces)


@pytest.mark.parametrize(
    ("brief", "cast"),
    [
        ("Once, a tall green robot named Bolt met a cat called Miso.", [("Bolt", "robot"), ("Miso", "cat")]),
        ("Ada the owl and Finn, a young fox, sailed away.", [("Ada", "owl"), ("Finn", "fox")]),
        ("Grandma Rose is baking. Her neighbour waits.", [("Grandma Rose", "grandmother")]),
        ("A shy robot learns to share", [("Robot", "robot")]),
        ("Nothing lives here, once upon a time.", []),
    ],
)
def test_characters_are_found_with_their_kind(brief: str, cast: list[tuple[str, str]]) -> None:
    assert [(person.name, person.kind) for person in read(brief).cast] == cast


def test_directions_to_the_film_maker_are_not_told() -> None:
    brief = read(
        "# Pip\n\nTone: warm\n\nMake it funny. The video should be short. "
        "Pip the mouse lives in a shoe. Avoid scary scenes."
    )

    assert [piece.text for piece in brief.pieces] == ["Pip the mouse lives in a shoe."]
