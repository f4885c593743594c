"""How large a picture is, by its header alone: a picture that would not fit into memory is refused unseen."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from gateway.problems import InvalidRequest
from mediamill.errors import UnsupportedMedia

MOST_PIXELS = 50_000_000
FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}


class Dimensions(NamedTuple):
    """Width and height in pixels, where there are any."""

    width: int | None
    height: int | None


def measure(path: Path, media_type: str) -> Dimensions:
    """Read a picture's size. Raises ``UnsupportedMedia`` for a broken header, ``InvalidRequest`` for a huge picture."""
    if media_type not in FORMATS:
        return Dimensions(None, None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[FORMATS[media_type]]) as image:
                width, height = image.size
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise InvalidRequest(f"The picture is too large; at most {MOST_PIXELS:,} pixels.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnsupportedMedia(f"It starts as {media_type} does, but its header is broken.") from error
    if width * height > MOST_PIXELS:
        raise InvalidRequest(f"The picture is {width}×{height}; at most {MOST_PIXELS:,} pixels.")
    return Dimensions(width, height)
