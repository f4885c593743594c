"""Colours that a brief gives are the colours that are drawn."""

from __future__ import annotations

import pytest

from mediamill_media.text.contract import Script
from mediamill_media.text.providers.local import script_of

CAFE = """# Brew & Bloom

A quiet café in an old garden. On Saturdays a grey cat sleeps on the warm window sill.

CTA: Come for the coffee.
"""


def prompts(brief: str, scenes: int) -> str:
    return " / ".join(scene.image_prompt for scene in script_of(Script(brief=brief, scenes=scenes)).scenes)


MEETING = "Three red boats and a blue whale meet under a yellow moon. A white rabbit holds a green lantern."


@pytest.mark.parametrize(
    ("brief", "drawn"),
    [(CAFE, "grey cat"), (MEETING, "three red boats"), (MEETING, "yellow moon"), (MEETING, "green lantern")],
)
def test_a_colour_stays_with_its_thing(brief: str, drawn: str) -> None:
    assert drawn in prompts(brief, 3)


def test_a_thing_without_a_colour_gets_none() -> None:
    assert "a cat" in prompts("A cat sleeps on a red sofa.", 1)
