"""Tells what stands in front of a picture's background, and puts another background behind it."""

from __future__ import annotations

import cv2
import numpy as np

from mediamill.errors import Permanent
from mediamill_media.image.edit.opened import Rgb, Weights
from mediamill_media.image.render.raster import Pixels

_LONGEST = 320
_RIM = 0.05
_ROUNDS = 4
_GAP = 0.2
"""Pieces so near each other, as a part of the shorter side, are one subject: a head and its shoulders."""
_LEAST, _MOST = 0.015, 0.9
_EVEN = 4.0
"""Below this spread of colours there is nothing to part, which takes the longest."""


def subject_of(rgb: Rgb) -> Weights:
    """Tell how much each pixel belongs to what stands in the middle. Raises ``Permanent`` where nothing stands out."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _LONGEST / max(width, height))
    small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.float32)
    is_even = float(small.std(axis=(0, 1)).max()) < _EVEN
    cut = np.zeros(small.shape[:2], np.float32) if is_even else _cut(np.clip(small, 0, 255).astype(np.uint8))
    share = float(cut.mean())
    if not _LEAST <= share <= _MOST:
        raise Permanent(
            "No subject stands out from this picture's background; a mask, or a picture with transparency, tells it."
        )
    guided = _along_edges(cut, small)
    weights = cv2.resize(guided, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip((weights - 0.12) / 0.76, 0, 1), dtype=np.float32)


def _cut(small: Pixels) -> Weights:
    """Part the middle from the rim by their colours, and make one thing of what belongs together."""
    height, width = small.shape[:2]
    labels = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    middle, axes = (width // 2, round(height * 0.56)), (round(width * 0.34), round(height * 0.46))
    cv2.ellipse(labels, middle, axes, 0, 0, 360, int(cv2.GC_PR_FGD), -1)
    rim = max(2, round(min(width, height) * _RIM))
    for edge in (labels[:rim], labels[:, :rim], labels[:, -rim:]):  # a subject may stand on the lower edge
        edge[...] = cv2.GC_BGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(11)
    cv2.grabCut(small, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    return _whole(((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8))


def _whole(cut: Pixels) -> Weights:
    """Keep the large pieces, close the gaps between them, and fill what they surround."""
    count, parts, facts, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(cut, cv2.MORPH_OPEN, np.ones((3, 3))))
    areas = facts[1:, cv2.CC_STAT_AREA]
    kept = [number + 1 for number in range(count - 1) if areas[number] >= 0.06 * areas.max()]
    pieces = np.isin(parts, kept).astype(np.uint8)
    reach = max(3, round(min(cut.shape) * _GAP))
    room = cv2.copyMakeBorder(pieces, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(room, cv2.MORPH_CLOSE, bridge)[reach:-reach, reach:-reach].copy()
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(closed, outlines, -1, 1, -1)
    return np.asarray(closed, dtype=np.float32)


def _along_edges(cut: Weights, small: Rgb) -> Weights:
    """Let the border of what was cut out follow the picture's edges (a guided filter)."""
    guide = np.asarray(small @ np.array((0.299, 0.587, 0.114), dtype=np.float32)) / 255
    size = (9, 9)
    mean_g, mean_c = cv2.blur(guide, size), cv2.blur(cut, size)
    variance = cv2.blur(guide * guide, size) - mean_g * mean_g
    slope = (cv2.blur(guide * cut, size) - mean_g * mean_c) / (variance + 4e-4)
    offset = mean_c - slope * mean_g
    return np.asarray(np.clip(cv2.blur(slope, size) * guide + cv2.blur(offset, size), 0, 1), dtype=np.float32)


def on_ground(rgb: Rgb, subject: Weights, ground: Rgb) -> Rgb:
    """Put another background behind a subject, in a little of its light, without the old one's fringe."""
    inner = np.clip((cv2.GaussianBlur(subject, (0, 0), 0.9) - 0.08) / 0.92, 0, 1)[..., None]
    light = ground.mean(axis=(0, 1)) - rgb.mean(axis=(0, 1))
    lit = rgb + 0.1 * light.astype(np.float32)
    return np.asarray(ground + (lit - ground) * inner, dtype=np.float32)


def blurred_ground(rgb: Rgb, subject: Weights) -> Rgb:
    """Give the picture's own background out of focus; the subject does not bleed into it."""
    away = np.clip(1 - cv2.dilate(subject, np.ones((5, 5))), 0.002, 1)[..., None].astype(np.float32)
    spread = max(3.0, min(rgb.shape[:2]) / 45)
    spilled = cv2.GaussianBlur(rgb * away, (0, 0), spread)
    weight = cv2.GaussianBlur(away[..., 0], (0, 0), spread)[..., None]
    return np.asarray(spilled / np.maximum(weight, 1e-3), dtype=np.float32)
