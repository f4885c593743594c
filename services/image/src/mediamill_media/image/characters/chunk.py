"""A character inside its pictures: its JSON in an iTXt chunk of the PNG."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, PngImagePlugin
from pydantic import ValidationError

from mediamill.errors import BadMedia
from mediamill_media.image.art.colors import brightness
from mediamill_media.image.art.faces import EXPRESSIONS
from mediamill_media.image.contract import Character
from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.render.faces import FACES, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mediamill_media.image.render.faces import Face
    from mediamill_media.image.render.raster import Pixels

KEY = "mediamill.character"
MOST_PIXELS = 50_000_000
LARGEST_CHUNK = 65_536
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_HUES = 6


class Reference(NamedTuple):
    """What a reference asset gives: a character, or the colours of a picture."""

    character: Character | None = None
    colors: tuple[str, ...] = ()


def sign(pixels: Pixels, character: Character, faces: Sequence[Face] = ()) -> bytes:
    """Give a PNG that carries the character and tells where its faces are."""
    info = PngImagePlugin.PngInfo()
    if faces:
        info.add_itxt(FACES, told(faces), zip=False)
    info.add_itxt(KEY, character.model_dump_json(), zip=False)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", pnginfo=info, compress_level=2)
    return out.getvalue()


def read_reference(path: Path, asset_id: str) -> Reference:
    """Read an asset as a reference. Raises ``BadMedia``; the file may be hostile, so its header is judged first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=FORMATS) as picture:
                _check_size(picture, asset_id)
                character = _character(picture, asset_id)
                return Reference(character) if character else Reference(colors=_colors(picture))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as broken:
            raise BadMedia(f"Reference {asset_id} is not a readable PNG, JPEG, WebP, GIF or BMP picture.") from broken


def _check_size(picture: Image.Image, asset_id: str) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadMedia(
            f"Reference {asset_id} has {width}x{height} pixels; at most {MOST_PIXELS // 1_000_000} million are read."
        )


def _character(picture: Image.Image, asset_id: str) -> Character | None:
    """Give the character in the picture's text, checked like any input."""
    raw = picture.info.get(KEY)
    if raw is None:
        return None
    text = str(raw)
    if len(text) > LARGEST_CHUNK:
        raise BadMedia(
            f"Reference {asset_id} carries a character of {len(text)} characters; at most {LARGEST_CHUNK} are read."
        )
    try:
        character = Character.model_validate_json(text)
    except ValidationError as wrong:
        raise BadMedia(f"Reference {asset_id} carries a character that does not fit: {_first(wrong)}.") from wrong
    check_look(character, asset_id)
    return character


def _first(wrong: ValidationError) -> str:
    error = wrong.errors()[0]
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"


def check_look(character: Character, asset_id: str) -> None:
    """Refuse what would reach the SVG unescaped, or a species that this catalog does not have. Raises ``BadMedia``."""
    look = character.look
    if look.species not in catalog() or catalog()[look.species].draw == "sky":
        raise BadMedia(f"Reference {asset_id} is a {look.species!r}, which this version cannot draw.")
    if look.expression not in EXPRESSIONS:
        raise BadMedia(f"Reference {asset_id} makes a face that is not known; there are {sorted(EXPRESSIONS)}.")
    if not _all_colors(look.colors.values()):
        raise BadMedia(f"Reference {asset_id} has a colour that is not written as #rrggbb.")


def _all_colors(values: Iterable[str]) -> bool:
    digits = set("0123456789abcdef")
    return all(len(value) == 7 and value[0] == "#" and set(value[1:]) <= digits for value in values)


def _colors(picture: Image.Image) -> tuple[str, ...]:
    """Give the leading colours of a picture, the strongest first; grays come last."""
    picture.draft("RGB", (128, 128))
    small = picture.convert("RGB").resize((64, 64), Image.Resampling.BOX)
    counted = small.quantize(_HUES, method=Image.Quantize.MEDIANCUT)
    palette = np.array(counted.getpalette() or [], dtype=int)[: _HUES * 3].reshape(-1, 3)
    counts = np.bincount(np.asarray(counted).ravel(), minlength=len(palette))
    colors = [
        (f"#{r:02x}{g:02x}{b:02x}", int(max(r, g, b) - min(r, g, b)), int(n))
        for (r, g, b), n in zip(palette, counts, strict=False)
    ]
    ranked = sorted(colors, key=lambda row: -row[2] * (row[1] + 12))
    return tuple(color for color, _, _ in ranked if 0.08 < brightness(color) < 0.97)[:3]
