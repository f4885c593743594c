"""Exchanges colours of a picture for others, and leaves its light and its greys alone."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.image.art.colors import channels
from mediamill_media.image.edit.opened import Rgb, Weights

_BINS = 36
_NEAR, _FAR = 22.0, 42.0
"""Hues within so many degrees are the same colour; beyond, another one."""
_COLORFUL = 0.14
_PALE, _STRONG = 0.5, 0.72
"""How much of the colour's own saturation a pixel needs to be of it: skin is no orange."""
Hsv = npt.NDArray[np.float32]


def recolored(rgb: Rgb, target: str, source: str | None, within: Weights | None) -> Rgb:
    """Give things of one colour another: of ``source``, or of the colour that is strongest where it may change."""
    hsv = _hsv(rgb)
    weights = np.ones(rgb.shape[:2], np.float32) if within is None else within
    leading = _leading(hsv, weights) if source is None else _color(source)[:2]
    wanted = _color(target)
    if leading is None:
        share = np.float32(0.75) * weights
        hsv[..., 0] = wanted[0]
        hsv[..., 1] += (wanted[1] - hsv[..., 1]) * share
    else:
        hue, full = (float(part) for part in leading)
        away = np.abs((hsv[..., 0] - hue + 180) % 360 - 180)
        strong = np.clip((hsv[..., 1] / full - _PALE) / (_STRONG - _PALE), 0, 1)
        share = np.clip((_FAR - away) / (_FAR - _NEAR), 0, 1) * strong * weights
        turned = _toward(hsv, wanted)
        hsv = np.where((share > 0)[..., None], turned, hsv)
    made = np.asarray(cv2.cvtColor(np.clip(hsv, 0, (360, 1, 1)).astype(np.float32), cv2.COLOR_HSV2RGB) * 255)
    return np.asarray(rgb + (made - rgb) * share[..., None], dtype=np.float32)


def _toward(hsv: Hsv, wanted: npt.NDArray[np.float32]) -> Hsv:
    """Give every pixel the wanted hue, with as much colour and light as it has itself, moved towards what is wanted."""
    turned = hsv.copy()
    turned[..., 0] = wanted[0]
    turned[..., 1] = np.clip(hsv[..., 1] * (0.4 + 0.6 * float(wanted[1]) / 0.7), 0, 1)
    turned[..., 2] = np.clip(hsv[..., 2] * (0.55 + 0.45 * float(wanted[2]) / 0.85), 0, 1)
    return turned


def _hsv(rgb: Rgb) -> Hsv:
    return np.asarray(cv2.cvtColor((np.clip(rgb, 0, 255) / 255).astype(np.float32), cv2.COLOR_RGB2HSV))


def _color(color: str) -> npt.NDArray[np.float32]:
    return np.asarray(_hsv(np.array(channels(color), dtype=np.float32).reshape(1, 1, 3))[0, 0])


def _leading(hsv: Hsv, weights: Weights) -> npt.NDArray[np.float32] | None:
    """Give the hue of which there is most, and its saturation; nothing where all is grey."""
    strength = hsv[..., 1] * hsv[..., 2] * (hsv[..., 1] > _COLORFUL) * weights
    counts, _ = np.histogram(hsv[..., 0], bins=_BINS, range=(0, 360), weights=strength)
    smooth = counts + np.roll(counts, 1) + np.roll(counts, -1)
    if float(counts.sum()) < 0.01 * float(weights.sum()):
        return None
    best = int(smooth.argmax())
    hue = (best + 0.5) * 360 / _BINS
    same = strength * (np.abs((hsv[..., 0] - hue + 180) % 360 - 180) < _NEAR)
    return np.array((hue, max(_COLORFUL, float((hsv[..., 1] * same).sum() / same.sum()))), dtype=np.float32)
