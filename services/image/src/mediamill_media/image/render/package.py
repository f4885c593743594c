"""The layers asset: an uncompressed zip of PNGs and ``layers.json``, from which a video makes parallax."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from mediamill_media.image.compose.frame import OVERSCAN
from mediamill_media.image.render.raster import Pixels, encode_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediamill_media.image.compose.picture import Layer

MEDIA_TYPE = "application/x-mediamill-layers"
_ANY_DATE = (1980, 1, 1, 0, 0, 0)


def pack(size: tuple[int, int], layers: Sequence[tuple[Layer, Pixels]]) -> bytes:
    """Give the zip. It holds no dates, so that the same picture is the same bytes."""
    rows = [
        {"file": f"{index}.png", "depth": layer.depth, "bob": layer.bob, "name": layer.name}
        for index, (layer, _) in enumerate(layers)
    ]
    index_json = json.dumps({"size": list(size), "overscan": OVERSCAN, "layers": rows})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr(zipfile.ZipInfo("layers.json", _ANY_DATE), index_json)
        for index, (_, pixels) in enumerate(layers):
            bundle.writestr(zipfile.ZipInfo(f"{index}.png", _ANY_DATE), encode_png(pixels))
    return out.getvalue()
