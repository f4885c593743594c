"""Films that differ in how they begin: other openings, in the voice of a brand."""

from __future__ import annotations

import json
from itertools import product

import pytest

from mediamill_media.text.contract import Script
from mediamill_media.text.handlers import script
from mediamill_media.text.providers.orders import SCRIPT_SCHEMA, Scripts, Unfit
from mediamill_media.text.reading.sentences import count
from mediamill_media.text.writing.phrases import table
from mediamill_media.text.writing.voices import manner_of
from mediamill_testing.desk import DeskContext

BRIEF = "Brand: Glow\n\nA bike light that is seen from 800 metres. It charges in 40 minutes and never needs a cable."
SCENE = {"narration": "A light in the dark.", "image_prompt": "a bicycle at night", "characters": []}


def test_the_other_openings_are_all_different_and_the_script_does_not_depend_on_them(desk: DeskContext) -> None:
    plain = script(desk, Script(brief=BRIEF, scenes=3, tone="ad"))
    varied = script(desk, Script(brief=BRIEF, scenes=3, tone="ad", voice="playful", openings=7))

    first = [varied.scenes[0].narration, *(scene.narration for scene in varied.openings)]
    assert varied.scenes[1:] == plain.scenes[1:]
    assert len(set(first)) == 8
    assert all("Glow" in text for text in first[1:])
    assert all(8 <= count(text) <= 32 for text in first)


def test_every_opening_has_a_picture_of_its_own(desk: DeskContext) -> None:
    made = script(desk, Script(brief=BRIEF, scenes=3, tone="ad", openings=4))

    assert len({scene.image_prompt for scene in (*made.scenes, *made.openings)}) == 7


@pytest.mark.parametrize(
    ("voice", "manner"),
    [
        ("warm and honest", "warm"),
        ("Confident, direct, never loud", "bold"),
        ("a little cheeky", "playful"),
        ("calm expert", "clear"),
        ("like a pirate", None),
        (None, None),
    ],
)
def test_the_words_for_a_voice_come_to_a_manner(voice: str | None, manner: str | None) -> None:
    assert manner_of(voice) == manner


def test_ads_begin_in_the_voice_of_their_brand(desk: DeskContext) -> None:
    made = [
        script(desk, Script(brief="Brand: Glow\n\nGlow is new.", scenes=3, tone="ad", voice=voice, openings=1))
        for voice in ("warm", "bold", "playful", "clear")
    ]

    assert len({one.openings[0].narration for one in made}) == 4


def test_wordings_of_every_voice_stay_short_with_a_long_name() -> None:
    voices = [table("voices")[manner]["first"] for manner in table("voices")["words"]]

    assert {len(wordings) for wordings in voices} == {8}
    for wordings, name in product(voices, ["Glow", "The Very Long Name Of A Thing"]):
        assert all(8 <= count(wording.replace("{topic}", name)) <= 32 for wording in wordings)


def test_the_sort_of_film_can_be_told_instead_of_guessed(desk: DeskContext) -> None:
    story = "Once upon a time a shy robot lived in a forest with a fox."

    assert script(desk, Script(brief=story)).tone == "story"
    assert script(desk, Script(brief=story, tone="ad")).tone == "ad"


def test_a_model_is_told_of_tone_voice_and_openings_and_must_keep_to_them() -> None:
    ask = Script(brief=BRIEF, scenes=2, tone="ad", voice="warm,\nplain", openings=1)
    order = Scripts().order(ask)
    answer = {"title": "Glow", "mood": "happy", "tone": "story", "cast": [], "scenes": [SCENE, SCENE]}

    made = Scripts().read(ask, json.dumps({**answer, "openings": [SCENE]}))

    assert all(words in order.system for words in ("'ad'", "warm, plain", "1 other first scenes", '"openings"'))
    assert (made.tone, len(made.openings)) == ("ad", 1)
    with pytest.raises(Unfit, match="0 openings; 1 were"):
        Scripts().read(ask, json.dumps(answer))


def test_a_model_that_is_asked_for_no_openings_hears_nothing_of_them() -> None:
    order = Scripts().order(Script(brief=BRIEF))

    assert order.schema == SCRIPT_SCHEMA
    assert "openings" not in order.system
