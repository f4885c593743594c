"""Frames as they are worked on: YUV 4:4:4 of BT.709, so that nothing is converted between a picture and its film."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mediamill_media.lipsync.faces.picture import Pixels

Frame = Pixels
"""Height by width by 3: Y, U and V in video range."""
Yuv = tuple[float, float, float]

_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_FROM_RGB = np.array(
    (
        (_RED * 219 / 255, _GREEN * 219 / 255, _BLUE * 219 / 255, 16),
        (-_RED / 1.8556 * 224 / 255, -_GREEN / 1.8556 * 224 / 255, 0.5 * 224 / 255, 128),
        (0.5 * 224 / 255, -_GREEN / 1.5748 * 224 / 255, -_BLUE / 1.5748 * 224 / 255, 128),
    ),
    np.float32,
)
_TO_RGB = np.linalg.inv(_FROM_RGB[:, :3]).astype(np.float32)


def from_rgb(pixels: Pixels) -> Frame:
    """Give a picture as a frame."""
    return np.asarray(cv2.transform(pixels, _FROM_RGB), np.uint8)


def to_rgb(frame: Frame) -> Pixels:
    """Give a frame as a picture."""
    shift = -_TO_RGB @ _FROM_RGB[:, 3]
    return np.asarray(cv2.transform(frame, np.hstack([_TO_RGB, shift[:, None]])), np.uint8)


def color(text: str) -> Yuv:
    """Give a colour written as ``#rrggbb``."""
    rgb = [int(text[place : place + 2], 16) for place in (1, 3, 5)]
    y, u, v = _FROM_RGB[:, :3] @ np.array(rgb, np.float32) + _FROM_RGB[:, 3]
    return float(y), float(u), float(v)


def coded(frame: Frame) -> Pixels:
    """Give a frame as YUV 4:2:0: Y, then U and V at half the size, as flat bytes."""
    height, width = frame.shape[:2]
    out = np.empty(width * height * 3 // 2, np.uint8)
    out[: width * height] = cv2.extractChannel(frame, 0).reshape(-1)
    quarter = width * height // 4
    for channel in (1, 2):
        small = cv2.resize(cv2.extractChannel(frame, channel), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        start = width * height + (channel - 1) * quarter
        out[start : start + quarter] = small.reshape(-1)
    return out


def decoded(planes: npt.NDArray[np.uint8], size: tuple[int, int]) -> Frame:
    """Give YUV 4:2:0 planes, as a decoder lays them, as a frame."""
    width, height = size
    luma = planes[:height, :width]
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    full = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in chroma]
    return np.asarray(cv2.merge([luma, *full]), np.uint8)
