"""What the tests of the image queue share."""

from __future__ import annotations

import io
import json
import zipfile
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from mediamill_testing.desk import DeskContext

Rgba = npt.NDArray[np.float64]


class Bundle(NamedTuple):
    """A layers asset, read."""

    size: tuple[int, int]
    overscan: float
    rows: list[dict[str, object]]
    layers: list[Rgba]


class Gallery:
    """Reads the assets that a handler saved at the desk."""

    def __init__(self, desk: DeskContext) -> None:
        self._desk = desk

    def picture(self, asset_id: str) -> Image.Image:
        return Image.open(io.BytesIO(self._desk.open(asset_id).read_bytes()))

    def pixels(self, asset_id: str) -> Rgba:
        return np.asarray(self.picture(asset_id).convert("RGB"), dtype=np.float64)

    def bundle(self, asset_id: str) -> Bundle:
        with zipfile.ZipFile(self._desk.open(asset_id)) as bundle:
            index = json.loads(bundle.read("layers.json"))
            layers = [
                np.asarray(Image.open(io.BytesIO(bundle.read(row["file"]))).convert("RGBA"), dtype=np.float64)
                for row in index["layers"]
            ]
        return Bundle(tuple(index["size"]), index["overscan"], index["layers"], layers)


@pytest.fixture
def gallery(desk: DeskContext) -> Gallery:
    return Gallery(desk)
