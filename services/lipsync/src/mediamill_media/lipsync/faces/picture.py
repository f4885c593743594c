"""Decodes portraits that anybody may have sent: the header is judged before a pixel is unpacked."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from mediamill.errors import BadMedia

Pixels = npt.NDArray[np.uint8]

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""Formats that Pillow decodes by itself, without starting another program."""
SMALLEST, LONGEST = 32, 4096
"""Sides: smaller pictures show no face, and of larger ones nobody sees more."""
FACES = "mediamill.faces"
"""The text chunk of a PNG in which our illustrator tells where it drew faces."""


class Portrait(NamedTuple):
    """A picture, upright, as RGB, and what its file tells of faces."""

    pixels: Pixels
    told: str | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]


def portrait(path: Path) -> Portrait:
    """Read a portrait, its transparent parts on white. Raises ``BadMedia`` for what is none."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns below twice its own limit; ours, below, is the one that holds.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(path, formats=FORMATS)
        _judge(opened.size)
        told = opened.info.get(FACES)
        shown = _on_white(ImageOps.exif_transpose(opened))
    except Image.DecompressionBombError:
        raise BadMedia(f"The portrait has more than {MOST_PIXELS:,} pixels.") from None
    except UnidentifiedImageError:
        raise BadMedia(f"The portrait is no picture that can be read; {', '.join(FORMATS)} can.") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise BadMedia(f"The portrait is damaged: {type(error).__name__}.") from error
    shown.thumbnail((LONGEST, LONGEST))
    was_moved = shown.size != opened.size
    return Portrait(np.asarray(shown), str(told) if told is not None and not was_moved else None)


def _judge(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise BadMedia(f"The portrait is {size[0]}x{size[1]}; up to {MOST_PIXELS:,} pixels are taken.")
    if min(size) < SMALLEST:
        raise BadMedia(f"The portrait is {size[0]}x{size[1]}; a face needs at least {SMALLEST} pixels a side.")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit greys, which Pillow's own conversion clips to white
        grey = np.asarray(image).astype(np.float32)
        image = Image.fromarray((grey / max(255.0, float(grey.max())) * 255.0).clip(0, 255).astype(np.uint8))
    rgba = image.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    paper.alpha_composite(rgba)
    return paper.convert("RGB")
