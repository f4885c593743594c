"""What a campaign's films are made of, decided by what is asked for alone: how many scenes, of what, in which sizes."""

from __future__ import annotations

from mediamill_products.adcraft.contract import Campaign, Format

END_CARD_S = 3.0
"""About how long the end card stands."""
SCENE_S, LEAST_SCENE_S = 4.2, 3.8
"""How long a scene stands by choice, and at least: eight words need so long."""
MOST_SCENES = 16
_SHAPES: dict[Format, tuple[int, int]] = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}


def size_of(shape: Format, resolution: int) -> tuple[int, int]:
    """Give the frame of a format whose shorter side is so long; both sides are even."""
    width, height = (part * resolution / min(_SHAPES[shape]) for part in _SHAPES[shape])
    return round(width / 2) * 2, round(height / 2) * 2


def scenes_for(seconds: float, pictures: int) -> int:
    """Give how many scenes a film of a length has before its end card, with room for every picture if there can be."""
    room = seconds - END_CARD_S
    most = max(1, min(MOST_SCENES, int(room / LEAST_SCENE_S)))
    return min(most, max(1, round(room / SCENE_S), pictures))


def pictures_in(scenes: int, pictures: int) -> tuple[int | None, ...]:
    """Tell for each scene which of the product's pictures it shows, if any.

    Every other scene shows one, and the last does; more pictures take further scenes, the first one last, so that films
    which begin differently also look different as long as they can. Few pictures come more than once.
    """
    if pictures == 0:
        return (None,) * scenes
    usual = [at for at in range(scenes) if at % 2 == 1 or at == scenes - 1]
    further = [at for at in range(scenes - 1, -1, -1) if at not in usual]
    places = sorted([*usual, *further[: max(0, pictures - len(usual))]])
    shown = {place: number % pictures for number, place in enumerate(places)}
    return tuple(shown.get(at) for at in range(scenes))


def shown_in(ask: Campaign) -> tuple[int | None, ...]:
    """Tell for each scene of a campaign which picture it shows."""
    return pictures_in(scenes_for(ask.seconds, len(ask.pictures)), len(ask.pictures))
