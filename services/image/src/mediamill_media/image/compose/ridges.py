"""Lines of land across the picture: rolling hills, jagged mountains, dunes."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

    from mediamill_media.image.compose.frame import Frame

Points = list[tuple[float, float]]


class Ridge(NamedTuple):
    """A line of land: its mean height, how far it swings, and how many waves it has over the picture's width."""

    y: float
    swing: float
    waves: float


def hills(frame: Frame, chance: random.Random, ridge: Ridge) -> Points:
    """Give a smooth line of summed waves."""
    phases = [
        (chance.uniform(0, math.tau), ridge.waves * factor * chance.uniform(0.85, 1.15)) for factor in (1, 2.1, 4.3)
    ]
    count = 48
    points = []
    for step in range(count + 1):
        t = step / count
        wave = sum(math.sin(phase + t * math.tau * freq) / (1.8**level) for level, (phase, freq) in enumerate(phases))
        points.append((frame.left + t * (frame.w + 2 * frame.mx), ridge.y - wave * ridge.swing * 0.5))
    return points


def peaks(frame: Frame, chance: random.Random, ridge: Ridge) -> Points:
    """Give a jagged line by splitting each slope in two again and again."""
    width = frame.w + 2 * frame.mx
    count = max(3, round(ridge.waves * 2)) + 1
    line: Points = []
    for step in range(count + 1):
        high = step % 2 == 1
        lift = chance.uniform(0.7, 1.1) if high else chance.uniform(-0.15, 0.2)
        jitter = chance.uniform(-0.25, 0.25) if 0 < step < count else 0
        line.append((frame.left + width * (step + jitter) / count, ridge.y - ridge.swing * lift))
    for level in range(3):
        line = _split(line, chance, 0.11 / 1.6**level)
    return line


def _split(line: Points, chance: random.Random, amount: float) -> Points:
    out = [line[0]]
    for (x0, y0), (x1, y1) in pairwise(line):
        reach = math.hypot(x1 - x0, y1 - y0)
        out.append(((x0 + x1) / 2, (y0 + y1) / 2 + chance.uniform(-amount, amount) * reach))
        out.append((x1, y1))
    return out


def land(frame: Frame, points: Points, fill: str) -> str:
    """Fill everything below a line."""
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return (
        f'<path d="M{frame.left:.1f} {frame.bottom:.1f}L{line}L{frame.right:.1f} {frame.bottom:.1f}Z" fill="{fill}"/>'
    )


def height_at(points: Points, x: float) -> float:
    """Give the line's y at an x."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / max(x1 - x0, 1e-6)
    return points[-1][1] if x > points[-1][0] else points[0][1]


def snow_caps(points: Points, depth: float, fill: str) -> str:
    """Cover the summits of a jagged line with snow."""
    caps = []
    for index in range(4, len(points) - 4):
        y = points[index][1]
        if y < min(points[index - k][1] for k in range(1, 5)) and y < min(points[index + k][1] for k in range(1, 5)):
            caps.append(_cap(points, index, depth, fill))
    return "".join(caps)


def _cap(points: Points, index: int, depth: float, fill: str) -> str:
    x, y = points[index]
    left = [p for p in points[max(0, index - 7) : index] if p[1] < y + depth]
    right = [p for p in points[index + 1 : index + 8] if p[1] < y + depth]
    outline = [*left, (x, y), *right]
    (x0, y0), (x1, y1) = outline[0], outline[-1]
    zigzag = [
        (x1 + (x0 - x1) * t, max(y0, y1) + depth * (0.2 if step % 2 else -0.18))
        for step, t in enumerate((0.14, 0.32, 0.5, 0.68, 0.86))
    ]
    line = "L".join(f"{px:.1f} {py:.1f}" for px, py in [*outline, *zigzag])
    return f'<path d="M{line}Z" fill="{fill}" opacity=".9"/>'
