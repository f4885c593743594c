"""Other versions of a picture: another light, a little other colours, another frame."""

from __future__ import annotations

import random

import cv2
import numpy as np

from mediamill_media.image.edit import tones
from mediamill_media.image.edit.opened import Rgb

_MOST_ZOOM = 0.12
_MOST_TURN = 26.0
"""Degrees by which hues may turn: skin and sky stay what they are."""


def varied(rgb: Rgb, seed: int, strength: float) -> Rgb:
    """Give another version; the same seed gives the same, and more strength takes it farther."""
    chance = random.Random(seed)
    made = _framed(rgb, chance, strength)
    turn = chance.uniform(-1, 1) * _MOST_TURN * strength
    made = _turned(made, turn)
    made = tones.saturated(made, 1 + chance.uniform(-0.35, 0.45) * strength)
    made = tones.bent(made, 1 + chance.uniform(-0.3, 0.35) * strength)
    warmth = chance.uniform(-0.1, 0.1) * strength
    return tones.tinted(made, (1 + warmth, 1, 1 - warmth))


def _framed(rgb: Rgb, chance: random.Random, strength: float) -> Rgb:
    height, width = rgb.shape[:2]
    zoom = 1 + _MOST_ZOOM * strength * chance.uniform(0.2, 1)
    x, y = (chance.uniform(0, 1) * side * (1 - 1 / zoom) for side in (width, height))
    move = np.array(((zoom, 0, -x * zoom), (0, zoom, -y * zoom)), dtype=np.float32)
    made = cv2.warpAffine(rgb, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    is_mirrored = strength > 0.5 and chance.random() < 0.5
    return np.asarray(made[:, ::-1] if is_mirrored else made, dtype=np.float32)


def _turned(rgb: Rgb, degrees: float) -> Rgb:
    hsv = cv2.cvtColor((np.clip(rgb, 0, 255) / 255).astype(np.float32), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + degrees) % 360
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255, dtype=np.float32)
