"""What lies on a card: a picture or a logo of the user, made to fit, and its shadow."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from mediamill.errors import BadMedia
from mediamill_media.image.cards.contrast import DARK, LIGHT, SEPARATE, contrast
from mediamill_media.image.characters.chunk import FORMATS, MOST_PIXELS

_SEEN = 128
"""From this opacity on a pixel counts as seen."""
_LOST_AT_MOST = 0.35


def read_piece(path: Path, what: str) -> Image.Image:
    """Read a user's picture, upright, with its transparency. Raises ``BadMedia``; the header is judged first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=FORMATS) as picture:
                if picture.size[0] * picture.size[1] > MOST_PIXELS:
                    raise BadMedia(f"The {what} has {picture.size[0]}x{picture.size[1]} pixels; that is too many.")
                return ImageOps.exif_transpose(picture).convert("RGBA")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as broken:
            raise BadMedia(f"The {what} is not a readable PNG, JPEG, WebP, GIF or BMP picture.") from broken


def scaled(piece: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Make a piece as large as a box holds it whole; what nobody would see around it goes first."""
    bounds = piece.getchannel("A").getbbox()
    shown = piece.crop(bounds) if bounds else piece
    scale = min(box[0] / shown.width, box[1] / shown.height)
    return shown.resize(
        (max(1, round(shown.width * scale)), max(1, round(shown.height * scale))), Image.Resampling.LANCZOS
    )


def is_cut_out(piece: Image.Image) -> bool:
    """Tell whether a picture has a shape of its own rather than four corners."""
    alpha = np.asarray(piece.getchannel("A"))
    return bool((alpha < _SEEN).mean() > 0.02)


def rounded(piece: Image.Image, radius: int) -> Image.Image:
    """Round the corners of a piece, smoothly."""
    done = piece.copy()
    done.putalpha(
        Image.fromarray(np.minimum(np.asarray(corners(piece.size, radius)), np.asarray(piece.getchannel("A"))))
    )
    return done


def corners(size: tuple[int, int], radius: int) -> Image.Image:
    """Give the opacity of a rectangle with round corners, drawn four times as large for smooth edges."""
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), radius * 4, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def lay(card: Image.Image, piece: Image.Image, at: tuple[int, int], shadow: int) -> None:
    """Lay a piece on a card, with a soft shadow of so many pixels below it."""
    if shadow:
        alpha = ImageOps.expand(piece.getchannel("A"), shadow * 3, 0).filter(ImageFilter.GaussianBlur(shadow))
        shade = Image.new("RGBA", alpha.size, (0, 0, 0, 255))
        shade.putalpha(alpha.point(lambda value: round(value * 0.38)))
        _over(card, shade, (at[0] - shadow * 3, at[1] - shadow * 3 + shadow))
    _over(card, piece, at)


def _over(card: Image.Image, piece: Image.Image, at: tuple[int, int]) -> None:
    card.paste(piece, at, piece)


def plate_for(logo: Image.Image, ground: str) -> str | None:
    """Give the colour of the plate that a logo needs on a ground, or nothing where it is seen as it is."""
    if lost(logo, ground) <= _LOST_AT_MOST:
        return None
    return min((LIGHT, DARK), key=lambda plate: lost(logo, plate))


def lost(logo: Image.Image, ground: str) -> float:
    """Tell which share of what is seen of a logo hardly differs from the ground that it lies on."""
    pixels = np.asarray(logo.resize((48, 48), Image.Resampling.BOX)).reshape(-1, 4)
    seen = pixels[pixels[:, 3] >= _SEEN].tolist()
    same = sum(contrast(f"#{r:02x}{g:02x}{b:02x}", ground) < SEPARATE for r, g, b, _ in seen)
    return same / max(1, len(seen))
