"""What a style does to the pixels of each layer: rim light, paper edges, or a blueprint's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from mediamill_media.image.art.colors import channels
from mediamill_media.image.render.finish import finish, to_pixels
from mediamill_media.image.render.flatten import shown_box
from mediamill_media.image.render.raster import Pixels

if TYPE_CHECKING:
    from mediamill_media.image.compose.picture import Layer
    from mediamill_media.image.compose.stage import Stage
    from mediamill_media.image.render.finish import Picture

SOFT_STYLES = frozenset({"storybook", "night"})
PAPER_BLUE = np.array((24, 62, 122), dtype=np.float32)
CHALK = np.array((232, 242, 255), dtype=np.float32)


def is_soft(style: str) -> bool:
    """Tell whether a style shades its shapes."""
    return style in SOFT_STYLES


def dress_layer(style: str, layer: Layer, pixels: Pixels, stage: Stage) -> Pixels:
    """Give a layer's pixels as the style has them."""
    if style == "blueprint":
        return _blueprint(layer, pixels)
    if style == "paper-cut":
        return _paper(layer, pixels)
    if is_soft(style) and layer.name == "cast" and not stage.indoor:
        return _rim_light(pixels, stage)
    return pixels


def finish_as(style: str, picture: Picture) -> Pixels:
    """Give the finished picture in a style; plain shapes stay plain."""
    return finish(picture) if is_soft(style) else to_pixels(picture)


def _rim_light(pixels: Pixels, stage: Stage) -> Pixels:
    """Brighten the edges that look to the sun, so that the cast belongs to its light."""
    box = shown_box(pixels)
    if box is None:
        return pixels
    part = pixels[box]
    reach = max(1, round(min(pixels.shape[:2]) * 0.0065))
    alpha = part[..., 3].astype(np.float32) * np.float32(1 / 255)
    move = np.array(((1, 0, -stage.side * reach), (0, 1, reach)), dtype=np.float32)
    shifted = cv2.warpAffine(alpha, move, (alpha.shape[1], alpha.shape[0]))
    rim = cv2.GaussianBlur(np.maximum(alpha - shifted, 0), (0, 0), max(reach * 0.5, 0.5)) * alpha
    strength = 0.5 if stage.scene.time in {"sunset", "dawn", "night"} else 0.34
    light = np.array(channels(stage.palette.light), dtype=np.float32)
    color = part[..., :3].astype(np.float32)
    color += (light - color) * (rim * np.float32(strength))[..., None]
    part[..., :3] = to_pixels(color)
    return pixels


def _paper(layer: Layer, pixels: Pixels) -> Pixels:
    """Give a layer the shadow that a sheet of paper throws on the sheet behind it."""
    if layer.name == "sky":
        return pixels
    reach = max(2, round(min(pixels.shape[:2]) * 0.012))
    alpha = pixels[..., 3].astype(np.float32) / 255
    move = np.array(((1, 0, reach * 0.5), (0, 1, -reach * 0.6)), dtype=np.float32)
    shade = cv2.GaussianBlur(cv2.warpAffine(alpha, move, (alpha.shape[1], alpha.shape[0])), (0, 0), reach * 0.8) * 0.5
    out = alpha + shade * (1 - alpha)
    color = pixels[..., :3].astype(np.float32) * alpha[..., None]
    color += np.array((26, 18, 48), dtype=np.float32) * (shade * (1 - alpha))[..., None]
    color /= np.maximum(out, 1e-4)[..., None]
    return np.dstack((to_pixels(color), to_pixels(out * 255)))


def _blueprint(layer: Layer, pixels: Pixels) -> Pixels:
    """Give a layer as chalk lines on blue; the sky becomes the sheet with its grid."""
    height, width = pixels.shape[:2]
    if layer.name == "sky":
        return _sheet(pixels)
    alpha = pixels[..., 3].astype(np.float32)
    gray = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32) * (alpha / 255)
    fine = max(min(width, height) / 900, 0.5)
    smooth = cv2.GaussianBlur(np.dstack((gray, alpha)), (0, 0), fine)
    edge = np.zeros((height, width), dtype=np.float32)
    for channel, gain in ((0, 0.05), (1, 0.03)):
        dx = cv2.Sobel(smooth[..., channel], cv2.CV_32F, 1, 0)
        dy = cv2.Sobel(smooth[..., channel], cv2.CV_32F, 0, 1)
        edge = np.maximum(edge, np.hypot(dx, dy) * gain)
    lines = np.clip(edge - 0.25, 0, 1)[..., None] * 0.9
    shade = PAPER_BLUE * (0.92 + 0.2 * (gray / 255)[..., None])
    color = shade + (CHALK - shade) * lines
    return np.dstack((to_pixels(color), np.maximum(pixels[..., 3], to_pixels(lines[..., 0] * 255 * (alpha > 0)))))


def _sheet(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    sheet = np.empty((height, width, 3), dtype=np.float32)
    sheet[:] = PAPER_BLUE
    step = max(8, round(min(width, height) / 26))
    sheet[::step] += 14
    sheet[:, ::step] += 14
    gray = cv2.cvtColor(pixels[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    edge = np.hypot(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1))
    lines = np.clip(edge * 0.012 - 0.25, 0, 1)[..., None] * 0.8
    return np.dstack((to_pixels(sheet + (CHALK - sheet) * lines), np.full((height, width), 255, dtype=np.uint8)))
