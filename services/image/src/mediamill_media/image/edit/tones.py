"""Light and colour of a whole picture: what a darkroom does with filters and time."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mediamill_media.image.art.colors import channels
from mediamill_media.image.edit.opened import Rgb

_LUMA = np.array((0.299, 0.587, 0.114), dtype=np.float32)
_SEPIA = np.array(((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)), dtype=np.float32)


def luma(rgb: Rgb) -> Rgb:
    """Give the lightness as a grey picture."""
    return np.asarray(np.repeat((rgb @ _LUMA)[..., None], 3, axis=2), dtype=np.float32)


def saturated(rgb: Rgb, amount: float) -> Rgb:
    """Move colours away from grey, or towards it below 1."""
    grey = luma(rgb)
    return np.asarray(grey + (rgb - grey) * np.float32(amount), dtype=np.float32)


def tinted(rgb: Rgb, gains: tuple[float, float, float]) -> Rgb:
    """Hold a coloured filter before the picture."""
    return np.asarray(rgb * np.array(gains, dtype=np.float32), dtype=np.float32)


def bent(rgb: Rgb, gamma: float) -> Rgb:
    """Lighten (below 1) or darken the middle, and leave black and white alone."""
    return np.asarray(255 * np.power(np.clip(rgb / 255, 0, 1), np.float32(gamma)), dtype=np.float32)


def contrasted(rgb: Rgb, amount: float) -> Rgb:
    """Pull light and dark apart around the picture's own middle."""
    middle = float(np.median(rgb))
    return np.asarray(middle + (rgb - middle) * np.float32(amount), dtype=np.float32)


def _graded(rgb: Rgb, top: str, bottom: str, amount: float) -> Rgb:
    """Lay light of two colours over the picture, from above and from below."""
    rows = np.linspace(0, 1, rgb.shape[0], dtype=np.float32)[:, None, None]
    first, last = (np.array(channels(color), dtype=np.float32) for color in (top, bottom))
    light = first + (last - first) * rows
    return np.asarray(rgb * (1 - amount + amount * light / 255 * 1.15), dtype=np.float32)


def _sharpened(rgb: Rgb, amount: float = 0.8) -> Rgb:
    soft = cv2.GaussianBlur(rgb, (0, 0), max(0.8, min(rgb.shape[:2]) / 700))
    return np.asarray(rgb + (rgb - soft) * np.float32(amount), dtype=np.float32)


def _blurred(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(1.0, min(rgb.shape[:2]) / 110)), dtype=np.float32)


TONES: dict[str, Callable[[Rgb], Rgb]] = {
    "black and white": lambda rgb: contrasted(luma(rgb), 1.12),
    "sepia": lambda rgb: contrasted(np.asarray(rgb @ _SEPIA.T, dtype=np.float32), 0.92),
    "warm": lambda rgb: tinted(rgb, (1.1, 1.02, 0.86)),
    "cool": lambda rgb: tinted(rgb, (0.88, 0.99, 1.12)),
    "vivid": lambda rgb: contrasted(saturated(rgb, 1.5), 1.08),
    "muted": lambda rgb: bent(saturated(rgb, 0.55), 0.88),
    "brighter": lambda rgb: bent(rgb, 0.68),
    "darker": lambda rgb: bent(rgb, 1.5),
    "contrast": lambda rgb: contrasted(rgb, 1.35),
    "inverted": lambda rgb: np.asarray(255 - rgb, dtype=np.float32),
    "sharper": _sharpened,
    "blurred": _blurred,
    "night": lambda rgb: tinted(bent(saturated(rgb, 0.6), 1.7), (0.5, 0.66, 1.05)),
    "sunset": lambda rgb: _graded(contrasted(rgb, 1.08), "#ff9a5c", "#c46a8c", 0.62),
    "dawn": lambda rgb: _graded(bent(saturated(rgb, 0.85), 0.9), "#ffc9c0", "#cfe0ff", 0.5),
    "fog": lambda rgb: np.asarray(saturated(rgb, 0.6) * 0.55 + 108, dtype=np.float32),
}
"""By name, in the order in which they are laid over each other."""
