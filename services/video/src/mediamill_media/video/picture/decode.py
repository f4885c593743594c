"""Decodes pictures that anybody may have sent: the header is judged before a pixel is unpacked."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mediamill.errors import BadMedia

MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats that Pillow decodes by itself, without starting another program."""
Pixels = npt.NDArray[np.uint8]

_PAPER = (255, 255, 255, 255)


def picture(path: Path) -> Pixels:
    """Give a picture as RGBA, upright, its transparent parts on white. Raises ``BadMedia`` for anything else."""
    rgba = _decoded(path, "the image", None)
    paper = Image.new("RGBA", rgba.size, _PAPER)
    paper.alpha_composite(rgba)
    return np.asarray(paper)


def layer(stream: IO[bytes], what: str, size: tuple[int, int]) -> Pixels:
    """Give a layer as RGBA. Raises ``BadMedia`` unless it is a PNG of this size, give or take two pixels."""
    return np.asarray(_decoded(stream, what, size))


def _decoded(source: Path | IO[bytes], what: str, size: tuple[int, int] | None) -> Image.Image:
    formats = FORMATS if size is None else ("PNG",)
    try:
        with warnings.catch_warnings():
            # Pillow only warns below twice its own limit; ours, below, is the one that holds.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(source, formats=formats)
        _judge(opened.size, what, size)
        upright = ImageOps.exif_transpose(opened) if size is None else opened
        return _eight_bit(upright).convert("RGBA")
    except Image.DecompressionBombError:
        raise BadMedia(f"{what} has more than {MAX_PIXELS:,} pixels") from None
    except UnidentifiedImageError:
        raise BadMedia(f"{what} is no picture that can be read; {', '.join(formats)} can") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise BadMedia(f"{what} is damaged: {_without_paths(error)}") from error


def _judge(found: tuple[int, int], what: str, size: tuple[int, int] | None) -> None:
    if found[0] * found[1] > MAX_PIXELS:
        raise BadMedia(f"{what} is {found[0]}x{found[1]}; up to {MAX_PIXELS:,} pixels are taken")
    if size is not None and max(abs(found[0] - size[0]), abs(found[1] - size[1])) > 2:
        raise BadMedia(f"{what} is {found[0]}x{found[1]}; layers.json calls for {size[0]}x{size[1]}")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit greys down; Pillow's own conversion clips them to white."""
    if not image.mode.startswith("I"):
        return image
    grey = np.asarray(image).astype(np.float32)
    return Image.fromarray((grey / max(255.0, float(grey.max())) * 255.0).clip(0, 255).astype(np.uint8))


def _without_paths(error: BaseException) -> str:
    return type(error).__name__ if isinstance(error, FileNotFoundError) else str(error)[:200]
