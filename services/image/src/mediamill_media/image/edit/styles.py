"""Makes a photograph look drawn: painted, cut from paper, printed flat, sketched, or as a blueprint."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mediamill_media.image.edit import tones
from mediamill_media.image.edit.opened import Rgb
from mediamill_media.image.render.finish import finish, to_pixels

_LEVELS = 7
_PAPER_LEVELS = 5
_BLUE = np.array((24, 62, 122), dtype=np.float32)
_CHALK = np.array((232, 242, 255), dtype=np.float32)
_SHADE = np.array((26, 18, 48), dtype=np.float32)


def _smooth(rgb: Rgb, strength: float) -> Rgb:
    """Even out what lies between edges."""
    pixels = to_pixels(rgb)
    return np.asarray(cv2.edgePreservingFilter(pixels, flags=1, sigma_s=60 * strength, sigma_r=0.4), dtype=np.float32)


def _edges(rgb: Rgb) -> Rgb:
    """Give how strong an edge is at each pixel, 0 to 1, as lines of a pen would show it."""
    grey = tones.luma(rgb)[..., 0]
    fine = max(0.7, min(rgb.shape[:2]) / 900)
    soft, softer = (cv2.GaussianBlur(grey, (0, 0), fine * width) for width in (1.0, 1.8))
    lines = np.clip((softer - soft - 1.2) / 9, 0, 1)
    return np.asarray(lines[..., None], dtype=np.float32)


def _quantized(rgb: Rgb, levels: int) -> tuple[Rgb, Rgb]:
    """Give the picture in its leading colours, and for each pixel which of them it has, the darkest first."""
    small = cv2.resize(rgb, (96, 96), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    cv2.setRNGSeed(7)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, _, centers = cv2.kmeans(small, levels, np.empty(0), criteria, 2, cv2.KMEANS_PP_CENTERS)
    colors = np.asarray(sorted(centers.tolist(), key=lambda color: float(np.dot(color, (0.299, 0.587, 0.114)))))
    best = np.full(rgb.shape[:2], np.inf, dtype=np.float32)
    which = np.zeros(rgb.shape[:2], dtype=np.float32)
    for number, color in enumerate(colors):
        far = np.square(rgb - color.astype(np.float32)).sum(axis=2)
        which[far < best] = number
        best = np.minimum(best, far)
    return np.asarray(colors[which.astype(int)], dtype=np.float32), which


def storybook(rgb: Rgb) -> Rgb:
    """Paint it softly, warm and clear."""
    soft = _smooth(tones.saturated(rgb, 1.25), 1.0)
    return np.asarray(finish(np.ascontiguousarray(soft * (1 - 0.25 * _edges(soft)))), dtype=np.float32)


def flat(rgb: Rgb) -> Rgb:
    """Print it in a few colours without shading."""
    return _quantized(_smooth(tones.saturated(rgb, 1.15), 0.8), _LEVELS)[0]


def night(rgb: Rgb) -> Rgb:
    """Paint it by moonlight."""
    return tones.TONES["night"](storybook(rgb))


def paper_cut(rgb: Rgb) -> Rgb:
    """Cut it from sheets of paper, the light ones above the dark ones, each throwing a shadow."""
    colors, which = _quantized(_smooth(rgb, 1.0), _PAPER_LEVELS)
    which = np.asarray(cv2.medianBlur(which.astype(np.uint8), 9), dtype=np.float32)
    palette = [colors[which == number].mean(axis=0) for number in range(_PAPER_LEVELS) if (which == number).any()]
    present = [number for number in range(_PAPER_LEVELS) if (which == number).any()]
    reach = max(2, round(min(rgb.shape[:2]) * 0.008))
    move = np.array(((1, 0, reach * 0.5), (0, 1, reach * 0.7)), dtype=np.float32)
    made = np.empty_like(rgb)
    made[:] = palette[0]
    for number, color in zip(present[1:], palette[1:], strict=True):
        sheet = np.asarray(which >= number, dtype=np.float32)
        shadow = cv2.GaussianBlur(cv2.warpAffine(sheet, move, sheet.shape[::-1]), (0, 0), reach * 0.7)
        made += (_SHADE - made) * (np.clip(shadow - sheet, 0, 1) * 0.5)[..., None]
        made += (color.astype(np.float32) - made) * cv2.GaussianBlur(sheet, (0, 0), 0.7)[..., None]
    return made


def blueprint(rgb: Rgb) -> Rgb:
    """Draw it in chalk on blue paper with its grid."""
    sheet = np.empty_like(rgb)
    sheet[:] = _BLUE
    step = max(8, round(min(rgb.shape[:2]) / 26))
    sheet[::step] += 14
    sheet[:, ::step] += 14
    grey = tones.luma(rgb) / 255
    return np.asarray(sheet * (0.85 + 0.35 * grey) + (_CHALK - sheet) * _edges(rgb) * 0.95, dtype=np.float32)


def sketch(rgb: Rgb) -> Rgb:
    """Draw it with a pencil."""
    grey = tones.luma(rgb)[..., 0]
    spread = max(2.0, min(rgb.shape[:2]) / 60)
    dodged = grey * 255 / np.maximum(255 - cv2.GaussianBlur(255 - grey, (0, 0), spread), 8)
    lines = np.clip(dodged, 0, 255) * (0.82 + 0.18 * grey / 255) * (1 - 0.6 * _edges(rgb)[..., 0])
    return np.asarray(np.repeat(lines[..., None], 3, axis=2), dtype=np.float32)


def watercolor(rgb: Rgb) -> Rgb:
    """Paint it with water, on paper that shows through."""
    washed = _smooth(tones.bent(tones.saturated(rgb, 1.3), 0.8), 1.6)
    grain = np.random.Generator(np.random.PCG64(3)).standard_normal(rgb.shape[:2], dtype=np.float32)
    paper = cv2.GaussianBlur(grain, (0, 0), 1.2)[..., None] * 14
    return np.asarray(washed * (1 - 0.2 * _edges(washed)) + paper, dtype=np.float32)


STYLES: dict[str, Callable[[Rgb], Rgb]] = {
    "storybook": storybook,
    "flat": flat,
    "night": night,
    "paper-cut": paper_cut,
    "blueprint": blueprint,
    "sketch": sketch,
    "watercolor": watercolor,
}
