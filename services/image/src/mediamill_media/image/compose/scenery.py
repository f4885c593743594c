"""Which scenery belongs to which place: what is far, in the middle, on the ground and in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.compose import (
    caves,
    corners,
    country,
    grounds,
    heights,
    rooms,
    shore,
    space,
    town,
    underwater,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage

    Part = Callable[[Stage, Ink], str]


def _nothing(_stage: Stage, _ink: Ink) -> str:
    return ""


class Scenery(NamedTuple):
    """The four parts of a place's scenery, back to front."""

    far: Part
    mid: Part
    ground: Part
    front: Part = _nothing


PLACES: dict[str, Scenery] = {
    "meadow": Scenery(country.far_hills, country.scattered_trees, grounds.grassland, corners.corner_grass),
    "garden": Scenery(country.far_hills, country.hedges, grounds.flower_beds, corners.corner_grass),
    "farm": Scenery(country.far_hills, country.farm_fields, grounds.grassland, corners.corner_grass),
    "forest": Scenery(country.forest_far, country.forest_mid, grounds.grassland, corners.corner_leaves),
    "mountain": Scenery(country.mountains, country.pine_slopes, grounds.grassland, corners.corner_grass),
    "snow": Scenery(country.mountains, country.pine_slopes, grounds.snowfield),
    "desert": Scenery(country.dunes, country.desert_plants, grounds.sand),
    "river": Scenery(country.far_hills, country.scattered_trees, shore.river, shore.reeds),
    "sea": Scenery(shore.open_sea, shore.cliffs, shore.near_water, shore.nothing),
    "beach": Scenery(shore.open_sea, shore.palms, shore.beach, shore.corner_palm),
    "sky": Scenery(heights.cloud_sea_far, heights.cloud_sea, _nothing, heights.cloud_front),
    "space": Scenery(space.asteroids, _nothing, _nothing),
    "moon": Scenery(space.far_craters, _nothing, space.craters),
    "underwater": Scenery(underwater.rays, underwater.reef, underwater.sea_floor, underwater.bubbles),
    "city": Scenery(town.skyline, town.towers, town.avenue),
    "street": Scenery(town.skyline, town.shopfronts, town.avenue),
    "village": Scenery(country.mountains, town.cottages, grounds.grassland, corners.corner_grass),
    "cave": Scenery(caves.cave_far, caves.cave_pillars, grounds.sand, caves.cave_mouth),
    **{place: Scenery(rooms.wall, rooms.furniture, rooms.floor) for place in rooms.rooms()},
}


def scenery_of(place: str) -> Scenery:
    """Give a place's scenery; the meadow where nothing is known."""
    return PLACES.get(place, PLACES["meadow"])
