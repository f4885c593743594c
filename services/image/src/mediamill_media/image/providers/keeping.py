"""Takes a vendor's picture into our store, in exactly the size that was asked for."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from mediamill.contracts import Asset
from mediamill.errors import BadMedia
from mediamill.handlers.context import Context
from mediamill_vendors.outputs import fetch

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 50_000_000
MOST_PIXELS = 50_000_000


def keep_fetched(ctx: Context, url: str, size: tuple[int, int], number: int) -> Asset:
    """Fetch a picture from where its vendor keeps it for a while, and keep it."""
    fetched = fetch(url, ctx.workdir / f"fetched-{number}", most_bytes=MOST_BYTES, media_type_prefix="image/")
    return keep(ctx, fetched.path, size)


def keep(ctx: Context, path: Path, size: tuple[int, int]) -> Asset:
    """Keep a picture in a size."""
    return ctx.save(fitted(path, size), "image/png", role="image", width=size[0], height=size[1])


def fitted(path: Path, size: tuple[int, int]) -> bytes:
    """Give a picture as a PNG that fills a size, cut evenly on both sides. Raises ``BadMedia``; it may be anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as picture:
                if picture.size[0] * picture.size[1] > MOST_PIXELS:
                    raise BadMedia(f"The vendor's picture has {picture.size[0]}x{picture.size[1]} pixels.")
                drawn = ImageOps.fit(picture.convert("RGB"), size, Image.Resampling.LANCZOS)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as broken:
        raise BadMedia("The vendor's picture is no PNG, JPEG or WebP that can be read to its end.") from broken
    out = io.BytesIO()
    drawn.save(out, "PNG", compress_level=4)
    return out.getvalue()
