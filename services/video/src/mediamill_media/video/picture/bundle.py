"""Reads a layers asset: a zip from anywhere, so its names, sizes and pictures are judged before they are used."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mediamill.errors import BadMedia
from mediamill_media.video.picture.decode import MAX_PIXELS, Pixels, layer

MOST_LAYERS = 40
MOST_PIXELS = 4 * MAX_PIXELS
_INDEX = "layers.json"
_INDEX_BYTES = 64 * 1024
_PNG_BYTES = 64 * 1024 * 1024

Side = Annotated[int, Field(ge=16, le=8192)]


class Row(BaseModel):
    """One layer as ``layers.json`` tells it."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    file: str = Field(pattern=r"^\d{1,3}\.png$")
    depth: float = Field(ge=0, le=3)
    bob: bool = False


class Index(BaseModel):
    """``layers.json``: the picture's size, how much larger the layers are, and the layers from back to front."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    size: tuple[Side, Side]
    overscan: float = Field(ge=1, le=2)
    layers: list[Row] = Field(min_length=1, max_length=MOST_LAYERS)

    @property
    def drawn(self) -> tuple[int, int]:
        """The size that the layers are drawn at."""
        return round(self.size[0] * self.overscan), round(self.size[1] * self.overscan)


class Sheet(NamedTuple):
    """A layer: straight RGBA, how near it is, and whether it sways."""

    rgba: Pixels
    depth: float
    bob: bool


class Bundle(NamedTuple):
    """A picture in layers."""

    size: tuple[int, int]
    sheets: list[Sheet]


def unpack(path: Path) -> Bundle:
    """Read a layers asset, without writing any of it to disk. Raises ``BadMedia`` telling what is wrong where."""
    try:
        with zipfile.ZipFile(path) as archive:
            index = _index(archive)
            width, height = index.drawn
            if width * height > MAX_PIXELS or width * height * len(index.layers) > MOST_PIXELS:
                raise BadMedia(f"the layers are {len(index.layers)} times {width}x{height} pixels, which is too much")
            return Bundle(index.size, [_sheet(archive, row, index.drawn) for row in index.layers])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadMedia(f"the layers are no zip that can be read: {str(error)[:200]}") from error


def _index(archive: zipfile.ZipFile) -> Index:
    try:
        return Index.model_validate_json(_read(archive, _INDEX, _INDEX_BYTES))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its text"
        raise BadMedia(f"{_INDEX} is wrong at {where}: {first['msg']}") from None


def _sheet(archive: zipfile.ZipFile, row: Row, drawn: tuple[int, int]) -> Sheet:
    png = _read(archive, row.file, _PNG_BYTES)
    return Sheet(layer(io.BytesIO(png), f"layer {row.file}", drawn), row.depth, row.bob)


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Read a member, bounded by what comes out of it and not by what its header promises."""
    try:
        with archive.open(name) as member:
            content = member.read(most + 1)
    except KeyError:
        raise BadMedia(f"the layers hold no {name}") from None
    if len(content) > most:
        raise BadMedia(f"{name} in the layers is larger than {most:,} bytes")
    return content
