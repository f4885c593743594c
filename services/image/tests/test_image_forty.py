"""Forty prompts: who, where and when are named is in the scene graph, and inside the frame."""

from __future__ import annotations

import pytest

from mediamill_media.image.compose.cast import Spot, arrange, members
from mediamill_media.image.compose.frame import Frame
from mediamill_media.image.compose.palette import palette_of
from mediamill_media.image.compose.stage import Stage
from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.prompt.parse import parse

SIZE = (1280, 720)
FORTY = [
    ("a fox in the forest at dawn", "forest dawn", "fox"),
    ("an owl and a rabbit in the forest at night", "forest night", "owl rabbit"),
    ("a whale and a boat on the sea at sunset", "sea sunset", "whale boat"),
    ("a lighthouse by the sea at night", "sea night", "lighthouse"),
    ("a girl with a lantern on the beach in the evening", "beach sunset", "girl lantern"),
    ("two children flying a kite in a meadow at noon", "meadow day", "children kite"),
    ("a robot on a snowy mountain in the morning", "mountain dawn", "robot"),
    ("a penguin and a snowman in the snow at night", "snow night", "penguin snowman"),
    ("a camel in the desert at sunset", "desert sunset", "camel"),
    ("an astronaut on the moon", "moon night", "astronaut"),
    ("a rocket and a satellite in space", "space night", "rocket satellite"),
    ("a turtle and an octopus under the sea", "underwater day", "turtle octopus"),
    ("a bridge and a boat on a river at dawn", "river dawn", "bridge boat"),
    ("a cow and a tractor on a farm in the morning", "farm dawn", "cow tractor"),
    ("a bicycle and a car in the city at night", "city night", "bicycle car"),
    ("a dog in a street in the rain", "street day", "dog"),
    ("a grandfather and a cat in a room at night", "room night", "grandfather cat"),
    ("a baker with a cake in the kitchen", "kitchen day", "chef cake"),
    ("a teacher and a globe in the classroom", "classroom day", "teacher globe"),
    ("a scientist with a microscope in the laboratory", "lab day", "scientist microscope"),
    ("a laptop and a cup in an office", "office day", "laptop cup"),
    ("a boy reads a book in the library", "library day", "boy book"),
    ("a bear in a cave", "cave day", "bear"),
    ("a princess and a dragon in front of a castle at sunset", "meadow sunset", "princess dragon castle"),
    ("a knight riding a horse in the mountains at dawn", "mountain dawn", "knight horse"),
    ("a hot air balloon in the sky at sunrise", "sky dawn", "balloon"),
    ("a bee and a butterfly in a garden", "garden day", "bee butterfly"),
    ("a wizard holding a candle in a forest at night", "forest night", "wizard candle"),
    ("a pirate and a chest on the beach", "beach day", "pirate chest"),
    ("a windmill and a sheep in a meadow at sunset", "meadow sunset", "windmill sheep"),
    ("a farmer with a basket in a garden in the morning", "garden dawn", "farmer basket"),
    ("a squirrel and a hedgehog in the forest", "forest day", "squirrel hedgehog"),
    ("a train on a bridge in the mountains", "mountain day", "train bridge"),
    ("a nurse and a boy in a room", "room day", "doctor boy"),
    ("a house in a village in the snow at night", "village night", "house"),
    ("a monkey and a parrot in the jungle", "forest day", "monkey bird"),
    ("a queen and a dog in front of a castle", "meadow day", "queen dog castle"),
    ("a drone over a field at noon", "meadow day", "drone"),
    ("a girl in bed in her bedroom at night", "bedroom night", "girl bed"),
    ("a violin and a guitar in a room in the evening", "room sunset", "violin guitar"),
]


def stage_of(prompt: str) -> Stage:
    scene = parse(prompt)
    return Stage(scene, Frame.of(SIZE), palette_of(scene), prompt)


def shown(stage: Stage, spots: list[Spot]) -> list[str]:
    """Give the names of all that stands, is held, ridden or flown in the picture, and of what hangs in its sky."""
    standing = [spot.member.subject for spot in spots]
    in_the_sky = [subject for subject in stage.scene.subjects if catalog()[subject.name].habitat == "sky"]
    carried = [thing for subject in standing for thing in (subject.holds, subject.rides, subject.flies) if thing]
    return [subject.name for subject in [*standing, *in_the_sky, *carried]]


def test_there_are_forty_different_prompts() -> None:
    assert len({prompt for prompt, _, _ in FORTY}) == 40


@pytest.mark.parametrize(("prompt", "setting", "names"), FORTY)
def test_who_where_and_when_are_named_is_in_the_picture(prompt: str, setting: str, names: str) -> None:
    stage = stage_of(prompt)

    spots = arrange(stage)

    assert f"{stage.scene.place} {stage.scene.time}" == setting
    assert set(names.split()) <= set(shown(stage, spots))
    assert stage.scene.missing == ()
    assert len(spots) == len(members(stage))
    assert all(0 <= spot.x <= stage.frame.w and 0 <= spot.y <= stage.frame.h for spot in spots)
