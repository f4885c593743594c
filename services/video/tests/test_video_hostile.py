"""Whatever is sent as a picture or as layers, it is filmed or refused with a sentence, quickly."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mediamill.errors import BadMedia
from mediamill_media.video.contract import Generate
from mediamill_media.video.handlers import generate
from mediamill_testing.desk import DeskContext

SIZE = (64, 36)
DRAWN = (73, 41)


def png_header(width: int, height: int) -> bytes:
    """Give a PNG that claims a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def packed(members: dict[str, bytes], **index: Any) -> bytes:
    told = {"size": SIZE, "overscan": 1.14, "layers": [{"file": "0.png", "depth": 0.0}], **index}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("layers.json", json.dumps(told))
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def without_index() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("0.png", b"")
    return out.getvalue()


def whole(size: tuple[int, int] = DRAWN) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (90, 120, 200, 255)).save(out, "PNG")
    return out.getvalue()


PICTURES: dict[str, tuple[bytes, str]] = {
    "html": (b"<html><body>not found</body></html>", "no picture"),
    "nothing": (b"", "no picture"),
    "noise": (bytes(range(256)) * 40, "no picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "no picture"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),
    "bomb": (png_header(30_000, 30_000), "pixels"),
    "large": (png_header(9_000, 9_000), "up to 50,000,000 pixels"),
    "cut off": (whole((400, 300))[:200], "damaged|no picture"),
    "empty": (png_header(64, 64), "damaged|no picture"),
}
ROW = {"file": "0.png", "depth": 0.0}
LAYERS: dict[str, tuple[bytes, str]] = {
    "no zip": (b"PK but not really", "no zip"),
    "nothing": (b"", "no zip"),
    "cut off": (packed({"0.png": whole()})[:-40], "no zip"),
    "no index": (without_index(), "hold no layers.json"),
    "no layer": (packed({}), "hold no 0.png"),
    "traversal": (packed({"../../0.png": whole()}, layers=[{"file": "../../0.png", "depth": 0}]), "layers.0.file"),
    "absolute": (packed({}, layers=[{"file": "/etc/passwd", "depth": 0}]), "layers.0.file"),
    "wrong size": (packed({"0.png": whole((100, 100))}), "calls for 73x41"),
    "not a png": (packed({"0.png": b"GIF89a"}), "no picture"),
    "too many": (packed({"0.png": whole()}, layers=[ROW] * 41), "at layers"),
    "none": (packed({"0.png": whole()}, layers=[]), "at layers"),
    "huge": (packed({"0.png": whole()}, size=[8000, 8000], layers=[ROW] * 4), "too much"),
    "wild depth": (packed({"0.png": whole()}, layers=[{"file": "0.png", "depth": 1e9}]), "layers.0.depth"),
    "no number": (packed({"0.png": whole()}, overscan="NaN"), "overscan"),
    "bomb": (packed({"0.png": bytes(70 * 1024 * 1024)}), "larger than"),
    "index bomb": (packed({}, padding="x" * 200_000), "larger than"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_what_is_no_picture_is_refused(desk: DeskContext, name: str) -> None:
    content, says = PICTURES[name]
    image = desk.save(content, "image/png").id

    with pytest.raises(BadMedia, match=says):
        generate(desk, Generate(image=image, size=SIZE, seconds=0.5))


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_what_are_no_layers_is_refused(desk: DeskContext, name: str) -> None:
    content, says = LAYERS[name]
    layers = desk.save(content, "application/x-mediamill-layers").id

    with pytest.raises(BadMedia, match=says):
        generate(desk, Generate(layers=layers, size=SIZE, seconds=0.5))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_filmed(desk: DeskContext, mode: str) -> None:
    out = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(np.full((40, 60), 40_000, np.uint16)).save(out, "PNG")
    else:
        Image.new("RGB", (60, 40), (200, 200, 200)).convert(mode).save(out, "TIFF" if mode == "CMYK" else "PNG")

    made = generate(desk, Generate(image=desk.save(out.getvalue(), "image/png").id, size=SIZE, seconds=0.5, fps=4))

    assert made.frames == 2


def test_a_photo_is_filmed_upright(desk: DeskContext) -> None:
    out = io.BytesIO()
    sideways = Image.new("RGB", (40, 80), (10, 200, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(out, "JPEG", exif=exif)

    made = generate(desk, Generate(image=desk.save(out.getvalue(), "image/jpeg").id, size=(80, 40), seconds=0.5, fps=4))

    assert made.asset("clip").width == 80


def test_a_single_pixel_is_filmed(desk: DeskContext) -> None:
    image = desk.save(whole((1, 1)), "image/png").id

    made = generate(desk, Generate(image=image, size=SIZE, seconds=0.5, fps=4))

    assert made.frames == 2


def test_layers_without_a_ground_have_black_behind_them(desk: DeskContext) -> None:
    out = io.BytesIO()
    Image.new("RGBA", DRAWN, (0, 0, 0, 0)).save(out, "PNG")
    layers = desk.save(packed({"0.png": out.getvalue()}), "application/x-mediamill-layers").id

    made = generate(desk, Generate(layers=layers, size=SIZE, seconds=0.5, fps=4))

    assert made.frames == 2
