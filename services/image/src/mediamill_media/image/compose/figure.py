"""Draws one subject with its look, what it holds, and what it rides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediamill_media.image.art.drawing import Drawing
from mediamill_media.image.art.grazer import grazer
from mediamill_media.image.art.people import person
from mediamill_media.image.art.plush import plush
from mediamill_media.image.art.robot import robot
from mediamill_media.image.art.template import template
from mediamill_media.image.contract import Look
from mediamill_media.image.prompt.catalog import Entry, catalog

if TYPE_CHECKING:
    from mediamill_media.image.art.ink import Ink
    from mediamill_media.image.prompt.scene import Subject

HELD_SHARE = {
    "umbrella": 0.86,
    "flag": 0.6,
    "toy_balloon": 0.6,
    "flower": 0.32,
    "sword": 0.4,
    "guitar": 0.42,
    "violin": 0.4,
}
GRIPPED_AT_TOP = frozenset({"lantern", "basket"})


def draw(subject: Subject, look: Look, ink: Ink) -> Drawing:
    """Give a subject painted in the colours of ``ink``, with what it holds and rides."""
    entry = catalog()[subject.name]
    plain = _posed(entry, look, _pose(subject))
    painted = replace(plain, body=ink.paint(plain.body, {**plain.colors, **look.colors}))
    if subject.holds is not None and painted.hand is not None:
        painted = _holding(painted, subject.holds, ink)
    if subject.rides is not None:
        painted = _riding(painted, subject.rides, ink)
    if subject.glows and painted.light is None:
        painted = replace(painted, light=(0.0, -painted.height * 0.55, painted.height * 0.8))
    return painted


def _pose(subject: Subject) -> str:
    if subject.rides is not None:
        return "ride"
    if subject.holds is not None:
        return "hold"
    if subject.flies is not None:
        return "fly"
    return "wave" if subject.soars else "rest"


def _posed(entry: Entry, look: Look, pose: str) -> Drawing:
    if entry.draw == "person":
        return person(entry, look, pose)
    if entry.draw == "robot":
        return robot(look, pose)
    if entry.draw == "plush":
        return plush(entry, look, holding=pose in {"hold", "fly", "ride"})
    if entry.draw == "grazer":
        return grazer(entry, look)
    return template(entry.draw, entry.name, look.expression)


def prop_look(subject: Subject) -> Look:
    """Give the look of something that is drawn from a template: its own colours, or the prompt's."""
    entry = catalog()[subject.name]
    colors = dict(entry.colors)
    if subject.color:
        colors["main"] = subject.color
    return Look(species=subject.name, colors=colors, expression=subject.expression or "happy")


def _holding(holder: Drawing, held: Subject, ink: Ink) -> Drawing:
    look = prop_look(held)
    thing = _posed(catalog()[held.name], look, "rest")
    x, y = holder.hand or (0.0, 0.0)
    scale = holder.height * HELD_SHARE.get(held.name, 0.3) / thing.height
    foot = y + thing.height * scale if held.name in GRIPPED_AT_TOP else y + thing.height * scale * 0.12
    body = ink.paint(thing.body, {**thing.colors, **look.colors})
    light = holder.light
    if thing.light is not None:
        lx, ly, r = thing.light
        light = (x + lx * scale, foot + ly * scale, r * scale)
    elif held.glows:
        light = (x, foot - thing.height * scale * 0.5, thing.height * scale * 1.3)
    place = f'<g transform="translate({x:.1f} {foot:.1f}) scale({scale:.3f})">{body}</g>'
    reach = max(holder.width, 2 * (abs(x) + thing.width * scale * 0.4))
    return replace(
        holder,
        body=place + holder.body if held.name in {"umbrella", "flag", "toy_balloon"} else holder.body + place,
        width=reach,
        light=light,
    )


def _riding(rider: Drawing, ridden: Subject, ink: Ink) -> Drawing:
    entry, look = catalog()[ridden.name], prop_look(ridden)
    mount = _posed(entry, look, "rest")
    scale = 1.25
    lift = (-mount.seat if mount.seat else mount.height * 0.62) * scale - rider.height * 0.17
    body = ink.paint(mount.body, {**mount.colors, **look.colors})
    stacked = f'<g transform="translate(-8 {-lift:.1f})">{rider.body}</g><g transform="scale({scale})">{body}</g>'
    return replace(rider, body=stacked, width=max(rider.width, mount.width * scale), height=rider.height + lift)
