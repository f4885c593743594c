"""One piece of a clip as a vendor is asked for it: a picture to begin with, words, and whole seconds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from mediamill_media.video.contract import Generate, Motion

MOVES: dict[Motion, str] = {
    "auto": "The camera moves gently.",
    "zoom_in": "The camera moves slowly closer.",
    "zoom_out": "The camera moves slowly back.",
    "pan_left": "The camera pans slowly to the left.",
    "pan_right": "The camera pans slowly to the right.",
    "rise": "The camera rises slowly.",
    "still": "The camera stands still.",
}
SHORTEST_S, LONGEST_S = 2, 12
"""What the models that we know film in one piece."""
SEEDS = 2**31


class Wanted(NamedTuple):
    """What a vendor is asked for."""

    prompt: str
    picture: Path
    """The first frame, as a JPEG or PNG."""
    seconds: float
    seed: int
    ask: Generate
    """The ask, for whoever reads our own contract."""


def words(ask: Generate) -> str:
    """Give the prompt, and what the camera does."""
    scene = (ask.prompt or "The scene comes gently to life").strip()
    return f"{scene if scene.endswith(('.', '!', '?', '…')) else f'{scene}.'} {MOVES[ask.motion]}"


def pieces(seconds: float) -> list[int]:
    """Cut a length into pieces that a model films at once, as equal as whole seconds allow."""
    whole = math.ceil(seconds)
    count = math.ceil(whole / LONGEST_S)
    return [max(SHORTEST_S, whole // count + (number < whole % count)) for number in range(count)]
