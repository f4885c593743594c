from __future__ import annotations

import pytest

from mediamill_media.image.prompt.parse import parse

FACTS = [
    ("a robot girl in the forest at dawn", "forest dawn clear", ["robot_girl"]),
    ("a little robot holding a lantern in a snowy village at night", "village night snow", ["robot", "lantern"]),
    ("a fox and an owl under a starry sky on a hill", "meadow night clear", ["fox", "owl"]),
    ("a lighthouse by the stormy sea with a small boat", "sea day storm", ["lighthouse", "boat"]),
    ("a scientist in a laboratory with a glowing plant", "lab day clear", ["scientist", "plant"]),
    ("a rocket over the moon in space", "space night clear", ["rocket", "moon"]),
    ("children flying a kite in a meadow on a sunny day", "meadow day clear", ["children", "kite"]),
    ("a bakery in a city street at sunset", "street sunset clear", ["bakery"]),
    ("a whale and a turtle under the sea", "underwater day clear", ["whale", "turtle"]),
    ("a camel in the desert at dusk", "desert sunset clear", ["camel"]),
    ("a penguin in the arctic", "snow day clear", ["penguin"]),
    ("a princess in front of a castle", "meadow day clear", ["princess", "castle"]),
    ("a goat on a mountain in the fog", "mountain day fog", ["goat"]),
    ("a grandmother in the kitchen with a cake", "kitchen day clear", ["grandmother", "cake"]),
    ("a teacher in a classroom", "classroom day clear", ["teacher"]),
    ("three colleagues in an office look at a chart", "office day clear", ["people", "chart"]),
    ("a cow on a farm in the morning", "farm dawn clear", ["cow"]),
    ("a boy in the rain with an umbrella on the street", "street day rain", ["boy", "umbrella"]),
    ("a rabbit in the garden", "garden day clear", ["rabbit"]),
    ("a wooden bridge over a river", "river day clear", ["bridge"]),
    ("an astronaut on the moon", "moon night clear", ["astronaut"]),
    ("a hot air balloon above the clouds at sunrise", "sky dawn clear", ["balloon"]),
    ("a wizard in a cave", "cave day clear", ["wizard"]),
    ("a girl reads a book in bed in her bedroom", "bedroom day clear", ["girl", "book", "bed"]),
    ("a treasure chest on the beach at night", "beach night clear", ["chest"]),
    ("a pirate ship in the harbour in a thunderstorm", "sea day storm", ["ship"]),
    ("a cup of coffee on a table in a room", "room day clear", ["cup", "table"]),
    ("snowman", "snow day clear", ["snowman"]),
]


@pytest.mark.parametrize(("prompt", "setting", "names"), FACTS)
def test_a_prompt_tells_place_time_weather_and_who_is_there(prompt: str, setting: str, names: list[str]) -> None:
    scene = parse(prompt)

    assert f"{scene.place} {scene.time} {scene.weather}" == setting
    assert sorted(scene.names()) == sorted(names)


@pytest.mark.parametrize(
    ("prompt", "counts"),
    [
        ("two cats and three boats", [2, 3]),
        ("a flock of birds", [5]),
        ("sheep on a hill", [3]),
        ("a penguin family", [3]),
        ("a bottle of sunscreen", [1]),
        ("one fox, a pair of owls", [1, 2]),
    ],
)
def test_counts_are_read_from_number_words_plurals_and_groups(prompt: str, counts: list[int]) -> None:
    scene = parse(prompt)

    assert [subject.count for subject in scene.subjects] == counts


def test_a_colour_belongs_to_the_noun_that_follows_it() -> None:
    scene = parse("a red boat and a white owl")

    assert [subject.color for subject in scene.subjects] == ["#e2524a", "#fbf7f0"]


def test_a_hex_colour_that_no_noun_takes_colours_the_picture() -> None:
    scene = parse("a boat with #12ab9f sails")

    assert scene.colors == ("#12ab9f",)


def test_clothes_and_hair_belong_to_the_last_actor() -> None:
    girl = parse("a girl with curly black hair and a yellow raincoat").subjects[0]

    assert girl.hair == "curly"
    assert girl.hair_color == "#332f3d"
    assert [(wear.name, wear.color) for wear in girl.wears] == [("coat", "#f9cf5a")]


def test_who_holds_rides_and_flies_what_is_read_from_the_verb() -> None:
    holder = parse("a fox holding a lantern").subjects[0]
    rider = parse("a knight riding a horse").subjects[0]
    flier = parse("a boy flying a kite").subjects[0]

    assert holder.holds is not None
    assert holder.holds.name == "lantern"
    assert rider.rides is not None
    assert rider.rides.name == "horse"
    assert flier.flies is not None
    assert flier.flies.name == "kite"


def test_a_feeling_is_the_subjects_face() -> None:
    assert parse("a sad dog").subjects[0].expression == "sad"
    assert parse("a cat sleeping on the beach").subjects[0].expression == "sleepy"


def test_an_abstract_word_is_shown_by_a_stand_in_and_says_so() -> None:
    scene = parse("freedom")

    assert scene.names() == ("bird",)
    assert scene.place == "sky"
    assert scene.drawn == ("freedom",)
    assert scene.shown_as == {"freedom": "bird"}


def test_what_nobody_can_draw_is_missing() -> None:
    scene = parse("quantum entanglement beside a juggling fox")

    assert scene.drawn == ("fox",)
    assert scene.missing == ("quantum", "entanglement", "juggling")


def test_a_second_place_is_missing_and_not_claimed() -> None:
    scene = parse("a fox in the forest near the desert")

    assert scene.place == "forest"
    assert "desert" in scene.missing
    assert "desert" not in scene.drawn


def test_clothes_that_a_wearer_cannot_wear_are_missing() -> None:
    scene = parse("a fox wearing trousers and a red scarf")

    assert "scarf" in scene.drawn
    assert scene.missing == ("trousers",)


def test_names_are_not_owed_a_picture() -> None:
    assert parse("a robot named Zubin in the forest").missing == ()
    assert parse("Zubin the rabbit in the forest").missing == ()


def test_no_prompt_breaks_the_reader() -> None:
    for prompt in (
        "?!",
        "a",
        "the of and",
        "1 2 3",
        "猫が森にいる",
        "#ffffff",
        "x" * 4000,
        "red red red",
        "holding holding",
    ):
        assert parse(prompt).place == "meadow"
