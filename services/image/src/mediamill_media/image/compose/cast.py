"""Places the cast: who stands where, how large, and on which layer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import quoteattr

from mediamill_media.image.art.colors import mix
from mediamill_media.image.compose import beams
from mediamill_media.image.compose.figure import draw, prop_look
from mediamill_media.image.prompt.catalog import Entry, catalog

if TYPE_CHECKING:
    from mediamill_media.image.art.drawing import Drawing
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.compose.stage import Stage
    from mediamill_media.image.contract import Look
    from mediamill_media.image.prompt.scene import Subject

FEET = 0.865
"""Where the nearest feet stand, as a share of the height; a camera may cut what is lower."""
KEY_SHARE = 0.42
"""The least share of the height that the most important subject takes."""
MOST_ASIDE = 3
"""How many can stand aside, so that the building behind them is seen."""
ALONE_GROWS = 1.2
"""How much larger somebody is drawn who stands alone in front."""
UNDER = frozenset({"underwater"})


TILTS = {
    "rocket": 24,
    "airplane": -10,
    "kite": 14,
    "submarine": -4,
    "astronaut": -12,
    "superhero": 26,
    "satellite": -16,
}
"""Degrees that things lean when they fly."""


class Member(NamedTuple):
    """One figure to place: the subject, its catalog entry, its look, and which of several it is."""

    subject: Subject
    entry: Entry
    look: Look
    place: int


class Spot(NamedTuple):
    """Where a figure stands: foot or middle, height in units, whether it looks left, and on which layer."""

    member: Member
    x: float
    y: float
    height: float
    flip: bool
    layer: str


def members(stage: Stage) -> list[Member]:
    """Give every figure that the scene asks for, each with its look."""
    found: list[Member] = []
    for subject in stage.scene.subjects:
        entry = catalog()[subject.name]
        if entry.habitat == "sky":
            continue
        look = subject.look or prop_look(subject)
        found.extend(Member(subject, entry, look, index) for index in range(subject.count))
    return found[:9]


def habitat(stage: Stage, member: Member) -> str:
    """Give where a figure belongs in this scene: a bird over a meadow flies, in a room it sits."""
    wanted, place = member.entry.habitat, stage.scene.place
    if place in UNDER:
        return "swim" if wanted in {"under", "air", "water"} or member.entry.name in {"turtle", "shark"} else "ground"
    if place in {"sky", "space"} and wanted != "back":
        return "float"
    if member.subject.soars and wanted == "ground":
        return "float"
    if wanted == "under":
        return "water" if place in {"sea", "river", "beach"} else "float"
    if wanted == "water":
        return "water" if place in {"sea", "river", "beach"} else "ground"
    return wanted


def arrange(stage: Stage) -> list[Spot]:
    """Give a spot to every figure: buildings behind, fliers above, swimmers on the water, the rest in front."""
    groups: dict[str, list[Member]] = {}
    for member in members(stage):
        groups.setdefault(habitat(stage, member), []).append(member)
    has_actors = any(groups.get(name) for name in ("ground", "float", "swim"))
    backs = groups.get("back", [])
    spots = _backs(stage, backs, alone=not has_actors and not groups.get("water"))
    spots += _waters(stage, groups.get("water", []), alone=not has_actors and not backs)
    spots += _grounds(stage, groups.get("ground", []), aside=-0.09 * stage.side if len(backs) == 1 else 0.0)
    floating = groups.get("float", []) + groups.get("swim", []) + groups.get("air", [])
    alone = not (groups.get("ground") or backs or groups.get("water"))
    return spots + _airs(stage, floating, alone=alone, aside=-0.24 if backs else 0.22)


def _scale(stage: Stage) -> float:
    """Give the height that shares refer to: a tall picture must not make figures wider than itself."""
    return min(stage.frame.h, stage.frame.w * 1.28)


def _height(stage: Stage, member: Member) -> float:
    chance = stage.chance(f"size{member.subject.name}{member.place}")
    vary = 1.0 if member.place == 0 else chance.uniform(0.84, 1.0)
    return member.entry.height * member.subject.scale * member.look.size * vary * _scale(stage)


def _width(member: Member, height: float) -> float:
    drawing = _blank(member)
    return drawing.width * height / drawing.height


def _blank(member: Member) -> Drawing:
    """Give the unpainted drawing for its measures."""
    return draw(member.subject, member.look, _MEASURE)


class _Measure:
    """An ink that paints nothing, for measuring."""

    def paint(self, drawing: str, colors: object = None) -> str:
        """Give the drawing as it is."""
        return drawing


_MEASURE: Ink = _Measure()  # type: ignore[assignment]  # only paint() is called


def _grounds(stage: Stage, group: list[Member], aside: float) -> list[Spot]:
    """Place those who stand in front: the largest nearest, on thirds, in two rows when there are many."""
    if not group:
        return []
    heights = [_height(stage, member) for member in group]
    if len(heights) == 1:
        heights = [min(heights[0] * ALONE_GROWS, max(heights[0], 0.62 * _scale(stage)))]
    tallest = max(heights)
    if tallest < KEY_SHARE * _scale(stage):
        heights = [height * KEY_SHARE * _scale(stage) / tallest for height in heights]
    front, back = _rows(stage, heights)
    spots = _row(stage, [group[i] for i in front], [heights[i] for i in front])
    if len(group) <= MOST_ASIDE:
        spots = [spot._replace(x=spot.x + aside * stage.frame.w) for spot in spots]
    return _between(stage, spots, [(group[i], heights[i]) for i in back]) + spots


def _rows(stage: Stage, heights: list[float]) -> tuple[list[int], list[int]]:
    """Give who stands in front and who behind, from left to right; of many the tallest stand behind.

    The order is that of the prompt, mirrored by chance, so that the main one is not always left.
    """
    order = list(range(len(heights)))[:: stage.side]
    if len(order) <= (2 if stage.frame.tall else 5):
        return order, []
    tallest = sorted(order, key=lambda i: (-heights[i], i))[: (len(order) - 1) // 2]
    return [i for i in order if i not in tallest], [i for i in order if i in tallest]


def _between(stage: Stage, front: list[Spot], behind: list[tuple[Member, float]]) -> list[Spot]:
    """Place a second row where the first one leaves gaps, a little higher up and smaller."""
    centers = sorted(spot.x for spot in front)
    gaps = [(a + b) / 2 for a, b in pairwise(centers)]
    skipped = (len(gaps) - len(behind)) // 2
    frame, spots = stage.frame, []
    for x, (member, height) in zip(gaps[skipped:], behind, strict=False):
        y = frame.h * (FEET - (0.14 if frame.tall else 0.11))
        spots.append(Spot(member, x, y, height * 0.9, x > frame.w * 0.5, "cast"))
    return spots


def _row(stage: Stage, group: list[Member], heights: list[float]) -> list[Spot]:
    frame, count = stage.frame, len(group)
    widths = [_width(member, height) for member, height in zip(group, heights, strict=True)]
    room = frame.w * 0.9
    squeeze = min(1.0, room / max(sum(widths) * 0.94, 1.0))
    heights, widths = [h * squeeze for h in heights], [w * squeeze for w in widths]
    gap = min((frame.w * 0.84 - sum(widths)) / (count + 1), frame.w * 0.1) if count > 1 else 0.0
    centers = _centers(stage, widths, gap)
    spots = []
    for place, (member, height, x) in enumerate(zip(group, heights, centers, strict=True)):
        stagger = 0.0 if count == 1 else (place % 2) * frame.h * 0.022
        flip = x > frame.w * 0.5
        spots.append(Spot(member, x, frame.h * FEET - stagger - _raise(stage, x), height, flip, "cast"))
    return sorted(spots, key=lambda spot: spot.y)


def _raise(stage: Stage, x: float) -> float:
    """Give how far the hill lifts those who stand on it."""
    if not stage.scene.hill:
        return 0.0
    off = abs(x / stage.frame.w - 0.5)
    return stage.frame.h * 0.055 * max(0.0, 1 - off * 3.4)


def _centers(stage: Stage, widths: list[float], gap: float) -> list[float]:
    frame, count = stage.frame, len(widths)
    if count == 1:
        share = 0.5 if frame.tall or frame.w < frame.h * 1.15 else 0.5 - 0.13 * stage.side
        return [frame.w * share]
    total = sum(widths) + gap * (count - 1)
    shift = 0.0 if count > 2 else -stage.side * frame.w * 0.02
    x, centers = (frame.w - total) / 2 + shift, []
    for width in widths:
        centers.append(x + width / 2)
        x += width + gap
    return centers


def _backs(stage: Stage, group: list[Member], *, alone: bool) -> list[Spot]:
    """Place buildings and trees behind the cast, on the side where it is not; alone they are the subject."""
    frame = stage.frame
    shares = {1: (0.5 + 0.27 * stage.side,), 2: (0.24, 0.76), 3: (0.16, 0.5, 0.84)}
    if alone:
        shares[1] = (0.5 + (0.0 if frame.tall else 0.14) * stage.side,)
    places = shares.get(len(group), tuple((i + 0.5) / len(group) for i in range(len(group))))
    spots = []
    for member, share in zip(group, places, strict=True):
        height = _height(stage, member) * (1.22 if alone else 1.0)
        height *= min(1.0, frame.w * 0.66 / max(_width(member, height), 1.0))
        y = frame.h * (0.83 if alone else 0.755)
        x = frame.w * share
        if stage.scene.place == "sea":
            y, x = frame.h * 0.645, frame.w * (0.83 if stage.side < 0 else 0.17)
        if member.entry.name == "bridge" and stage.scene.place == "river":
            x, y, height = frame.w * (0.5 + 0.17 * stage.side), frame.h * 0.78, height * 1.1
        spots.append(Spot(member, x, y, height, flip=False, layer="ground"))
    return spots


def _waters(stage: Stage, group: list[Member], *, alone: bool) -> list[Spot]:
    """Place boats and swimmers on the water."""
    frame = stage.frame
    spots = []
    for index, member in enumerate(group):
        height = max(
            _height(stage, member), KEY_SHARE * _scale(stage) * member.subject.scale if alone and index == 0 else 0
        )
        height *= 0.8**index if index else 1.0
        height *= min(1.0, frame.w * 0.8 / max(_width(member, height), 1.0))
        share = (0.42, 0.74, 0.2, 0.9, 0.56)[index % 5]
        share = share if stage.side < 0 else 1 - share
        base = {"sea": 0.86, "beach": 0.66, "river": 0.88}.get(stage.scene.place, 0.86)
        if stage.scene.place == "river":
            share = 0.5 + (0.2 + 0.05 * index) * stage.side
        y = frame.h * (base - 0.055 * index)
        layer = "cast" if index == 0 and stage.scene.place != "beach" else "water"
        spots.append(Spot(member, frame.w * share, y, height, share > 0.5, layer))
    return sorted(spots, key=lambda spot: spot.y)


AIR_SPOTS = ((0.5, 0.24), (0.24, 0.3), (0.77, 0.22), (0.36, 0.16), (0.63, 0.36), (0.14, 0.18), (0.88, 0.34))
ALONE_SPOTS = ((0.5, 0.5), (0.2, 0.32), (0.8, 0.36), (0.3, 0.72), (0.72, 0.72), (0.12, 0.6), (0.9, 0.6))


def _airs(stage: Stage, group: list[Member], *, alone: bool, aside: float) -> list[Spot]:
    """Place what flies, floats and swims in open water, each around its own middle."""
    frame, chance = stage.frame, stage.chance("air")
    places = ALONE_SPOTS if alone else AIR_SPOTS
    spots = []
    for index, member in enumerate(group):
        height = _height(stage, member) * (1.0 if alone else 0.78)
        if alone and index == 0:
            height = max(
                height, (0.5 if len(group) == 1 else 0.42) * _scale(stage) * min(1.0, member.subject.scale + 0.1)
            )
        height *= min(1.0, frame.w * (0.86 if len(group) == 1 else 0.42) / max(_width(member, height), 1.0))
        if alone and len(group) == 2:
            share, level = ((0.32, 0.55), (0.7, 0.42))[index]
        else:
            share, level = places[index % len(places)]
        share = share if stage.side > 0 else 1 - share
        if not alone and index == 0 and len(group) == 1:
            share = 0.5 + aside * stage.side
        x = frame.w * (share + chance.uniform(-0.02, 0.02))
        middle = min(max(frame.h * level, height * 0.56), frame.h * FEET - height * 0.5)
        spots.append(
            Spot(member, x, middle + height / 2, height, x > frame.w / 2, "cast" if alone or index < 2 else "air")
        )
    return spots


def paint(stage: Stage, ink: Ink, spot: Spot) -> str:
    """Draw a figure at its spot: its shadow, its light, itself, and the string of what it flies."""
    drawing = draw(spot.member.subject, spot.member.look, ink)
    scale = spot.height / drawing.height
    turn = -1 if spot.flip and _turns(spot.member) else 1
    lean = TILTS.get(spot.member.entry.name, 0) if habitat(stage, spot.member) in {"float", "air"} else 0
    middle = f"rotate({lean} 0 {-drawing.height / 2:.1f})"
    place = f"translate({spot.x:.1f} {spot.y:.1f}) scale({turn * scale:.4f} {scale:.4f}) {middle}"
    body = f'<g transform="{place}" data-who={quoteattr(spot.member.subject.word)}>{drawing.body}</g>'
    beam = (
        beams.beam(stage, ink, (spot.x, spot.y - spot.height * 0.81), spot.height)
        if spot.member.entry.name == "lighthouse"
        else ""
    )
    return beam + _shadow(stage, ink, spot, drawing.width * scale) + _halo(stage, ink, spot, drawing) + body


def _turns(member: Member) -> bool:
    """Mirror what looks to one side; faces seen from the front keep their light on one side."""
    return member.entry.draw not in {"buildings", "nature"} and member.entry.name not in {"book", "clock", "chart"}


def _shadow(stage: Stage, ink: Ink, spot: Spot, width: float) -> str:
    home = habitat(stage, spot.member)
    if home in {"float", "swim", "air"}:
        return ""
    if home == "water":
        tone = mix(stage.palette.water, "#0b1a3c", 0.5)
        return (
            f'<ellipse cx="{spot.x:.1f}" cy="{spot.y:.1f}" rx="{width * 0.5:.1f}" ry="{width * 0.045:.1f}" '
            f'fill="{tone}" opacity=".5"/>'
        )
    tone = mix(stage.palette.ground, "#170f38", 0.75)
    rx = width * (0.54 if spot.layer == "cast" else 0.62)
    shade = ink.paint_of(tone, "shade")
    return (
        f'<ellipse cx="{spot.x:.1f}" cy="{spot.y:.1f}" rx="{rx:.1f}" ry="{rx * 0.2:.1f}" fill="{shade}" opacity=".8"/>'
    )


def _halo(stage: Stage, ink: Ink, spot: Spot, drawing: Drawing) -> str:
    if drawing.light is None:
        return ""
    scale, (x, y, r) = spot.height / drawing.height, drawing.light
    turn = -1 if spot.flip and _turns(spot.member) else 1
    strength = 0.95 if stage.palette.dim > 0.1 or spot.member.subject.glows else 0.4
    glow = ink.paint_of("#ffd98a" if not spot.member.subject.glows else "#d9ffb0", "halo")
    pool = (
        f'<ellipse cx="{spot.x + turn * x * scale:.1f}" cy="{spot.y + 4:.1f}" rx="{r * scale * 1.5:.1f}" '
        f'ry="{r * scale * 0.3:.1f}" fill="{glow}" opacity="{strength * 0.55:.2f}"/>'
    )
    if habitat(stage, spot.member) in {"float", "air", "swim"}:
        pool = ""
    return pool + (
        f'<circle cx="{spot.x + turn * x * scale:.1f}" cy="{spot.y + y * scale:.1f}" r="{r * scale:.1f}" '
        f'fill="{glow}" opacity="{strength}"/>'
    )
