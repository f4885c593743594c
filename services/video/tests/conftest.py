"""Pictures and layers to film, and clips read back."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from mediamill_media.video.contract import Generate, Generated
from mediamill_media.video.handlers import generate
from mediamill_testing.desk import DeskContext

Pixels = npt.NDArray[np.uint8]


class Studio:
    """Makes pictures and layers."""

    @staticmethod
    def png(pixels: Pixels) -> bytes:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG", compress_level=1)
        return out.getvalue()

    @staticmethod
    def texture(width: int, height: int, seed: int = 1) -> Pixels:
        """Give soft noise: something that a shift can be measured on."""
        small = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
        return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))

    @staticmethod
    def bundle(layers: list[tuple[Pixels, float, bool]], size: tuple[int, int], overscan: float = 1.14) -> bytes:
        out = io.BytesIO()
        rows = [{"file": f"{n}.png", "depth": depth, "bob": bob} for n, (_, depth, bob) in enumerate(layers)]
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("layers.json", json.dumps({"size": size, "overscan": overscan, "layers": rows}))
            for number, (pixels, _, _) in enumerate(layers):
                archive.writestr(f"{number}.png", Studio.png(pixels))
        return out.getvalue()

    @staticmethod
    def backdrop(width: int, height: int, seed: int = 1) -> Pixels:
        return np.dstack([Studio.texture(width, height, seed), np.full((height, width), 255, np.uint8)])

    @staticmethod
    def patch(width: int, height: int, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> Pixels:
        """Give a layer that is empty but for one box (left, top, right, bottom)."""
        pixels = np.zeros((height, width, 4), np.uint8)
        left, top, right, bottom = box
        pixels[top:bottom, left:right] = (*colour, 255)
        return pixels


class Clip:
    """A clip read back: its frames as RGB and the facts of its stream."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            self.size = (stream.width, stream.height)
            self.pixel_format = stream.pix_fmt
            self.rate, self.time_base = stream.average_rate, stream.time_base
            self.sounding = bool(container.streams.audio)
            decoded = list(container.decode(stream))
        self.keyframes = [number for number, frame in enumerate(decoded) if frame.key_frame]
        self.times = [float(frame.time or 0) for frame in decoded]
        self.frames: list[Pixels] = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in decoded]

    def grey(self, number: int) -> npt.NDArray[np.float64]:
        return np.asarray(self.frames[number].mean(axis=2), np.float64)


Shoot = Callable[..., tuple[Generated, Clip]]


@pytest.fixture
def studio() -> type[Studio]:
    return Studio


@pytest.fixture
def shoot(desk: DeskContext) -> Shoot:
    def _shoot(image: bytes | None = None, layers: bytes | None = None, **ask: Any) -> tuple[Generated, Clip]:
        if image is not None:
            ask["image"] = desk.save(image, "image/png").id
        if layers is not None:
            ask["layers"] = desk.save(layers, "application/x-mediamill-layers").id
        made = generate(desk, Generate(**ask))
        return made, Clip(desk.open(made.asset("clip").id))

    return _shoot
