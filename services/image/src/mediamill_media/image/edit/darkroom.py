"""Works on the pixels of a picture: carries out what is wished, in an order in which the steps help each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mediamill_media.image.art.colors import channels
from mediamill_media.image.contract import LARGEST
from mediamill_media.image.edit.enlarge import enlarged
from mediamill_media.image.edit.fill import filled
from mediamill_media.image.edit.ground import blurred_ground, on_ground, subject_of
from mediamill_media.image.edit.hues import recolored
from mediamill_media.image.edit.opened import Opened, Rgb, Weights
from mediamill_media.image.edit.styles import STYLES
from mediamill_media.image.edit.tones import TONES
from mediamill_media.image.edit.vary import varied
from mediamill_media.image.edit.wishes import Wishes

PLAIN = "#f2efe9"
FULL = 0.7
"""From this strength on an order is carried out wholly."""


@dataclass(frozen=True)
class Material:
    """What there is to work with."""

    opened: Opened
    mask: Weights | None = None
    """How far each pixel may change; without it, all may."""
    ground: Rgb | None = None
    """What was found or drawn to be behind the subject."""


class Print(NamedTuple):
    """A picture that came of it, and what was done."""

    rgb: Rgb
    done: tuple[str, ...]


def developed(material: Material, wishes: Wishes, strength: float) -> Print:
    """Carry out what is wished; less strength leaves more of the picture as it was."""
    done: list[str] = []
    rgb = _behind(material, wishes, done)
    if wishes.removes and material.mask is not None:
        rgb = filled(rgb, material.mask)
        done.append("filled in")
    changed = _toned(rgb, material, wishes, done)
    share = np.float32(min(1.0, strength / FULL))
    rgb = rgb + (changed - rgb) * share
    rgb = held(material.opened.rgb, rgb, None if wishes.ground else material.mask)
    if wishes.enlarge > 1:
        rgb = enlarged(rgb, wishes.enlarge, LARGEST)
        done.append(f"enlarged to {rgb.shape[1]}x{rgb.shape[0]}")
    return Print(rgb, tuple(done))


def another(rgb: Rgb, seed: int, strength: float, mask: Weights | None) -> Rgb:
    """Give another version of a picture, the same where it may not change."""
    return held(rgb, varied(rgb, seed, strength), mask)


def held(before: Rgb, after: Rgb, mask: Weights | None) -> Rgb:
    """Keep a picture as it was wherever it may not change."""
    if mask is None:
        return after
    return np.asarray(before + (after - before) * mask[..., None], dtype=np.float32)


def _toned(rgb: Rgb, material: Material, wishes: Wishes, done: list[str]) -> Rgb:
    if wishes.recolor is not None:
        rgb = recolored(rgb, wishes.recolor.target, wishes.recolor.source, material.mask)
        done.append(f"recoloured to {wishes.recolor.target}")
    for tone in wishes.tones:
        rgb = TONES[tone](rgb)
        done.append(tone)
    if wishes.style is not None:
        rgb = STYLES[wishes.style](np.clip(rgb, 0, 255))
        done.append(f"style: {wishes.style}")
    return rgb


def _behind(material: Material, wishes: Wishes, done: list[str]) -> Rgb:
    """Exchange what is behind the subject, if that is wished."""
    opened = material.opened
    if wishes.ground is None:
        return opened.rgb
    subject = _subject(material)
    if wishes.ground == "blurred":
        ground = blurred_ground(opened.rgb, subject)
        done.append("background blurred")
    elif material.ground is not None:
        ground = material.ground
        done.append(f"background: {wishes.ground}")
    else:
        color = wishes.ground if wishes.ground.startswith("#") else PLAIN
        ground = np.empty_like(opened.rgb)
        ground[:] = np.array(channels(color), dtype=np.float32)
        done.append(f"background: {color}")
    return on_ground(opened.rgb, subject, ground)


def _subject(material: Material) -> Weights:
    """Tell what stays: what can be seen of a cut-out, what no mask gives free, or what stands out."""
    if material.opened.cover is not None:
        return material.opened.cover
    if material.mask is not None:
        return np.asarray(1 - material.mask, dtype=np.float32)
    return subject_of(material.opened.rgb)
