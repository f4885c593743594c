"""What films of the gallery once showed and should not have."""

from __future__ import annotations

from mediamill_media.text.contract import Script, Scripted
from mediamill_media.text.handlers import script
from mediamill_testing.desk import DeskContext

OWL = """Otto is a small brown owl. He is afraid of the dark.

One evening a rabbit named Pip knocks at his tree in the forest. "My lantern went out," says Pip.

From then on, Otto keeps watch every night, so that nobody in the forest has to be afraid.
"""
LIGHTHOUSE = """# Three Things a Lighthouse Never Does

A vertical short for a phone. Quick and playful.

A lighthouse never sleeps at night, because somewhere on the sea a small boat is looking for it. A lighthouse never runs
after the storm, it stands on its rock and lets the storm run past. And a lighthouse never asks which ship deserves its
light, it shines for the whale, the fisherman and the pirate alike.
"""
SKY = """# Why the Sky Turns Red

An explainer for curious people. At sunset the light of the sun travels through the air about forty times as far.

On the moon there is no air. There the sky is black even at noon, and an astronaut sees the stars.
"""


def scripted(desk: DeskContext, brief: str, scenes: int) -> Scripted:
    return script(desk, Script(brief=brief, scenes=scenes))


def prompts(made: Scripted) -> str:
    return "\n".join(scene.image_prompt for scene in made.scenes)


def test_an_hour_is_no_part_of_how_somebody_looks(desk: DeskContext) -> None:
    made = scripted(desk, OWL, 3)

    assert {member.name for member in made.cast} == {"Otto", "Pip"}
    assert "evening a" not in prompts(made)
    assert not any("evening" in member.description.lower() for member in made.cast)


def test_who_keeps_watch_needs_no_clock(desk: DeskContext) -> None:
    assert "clock" not in prompts(scripted(desk, OWL, 3))


def test_forty_times_are_no_clock_either(desk: DeskContext) -> None:
    assert "clock" not in prompts(scripted(desk, SKY, 2))


def test_what_sort_of_short_it_is_to_be_is_not_read_out(desk: DeskContext) -> None:
    made = scripted(desk, LIGHTHOUSE, 3)

    spoken = " ".join(scene.narration for scene in made.scenes)
    assert "vertical" not in spoken
    assert "playful" not in spoken


def test_who_comes_up_once_at_the_end_is_not_the_hero(desk: DeskContext) -> None:
    made = scripted(desk, LIGHTHOUSE, 3)

    assert "whale" not in made.scenes[0].image_prompt
    assert "whale" in made.scenes[-1].image_prompt


def test_on_the_moon_is_a_place_with_a_black_sky(desk: DeskContext) -> None:
    assert "on the moon at night" in scripted(desk, SKY, 2).scenes[-1].image_prompt
