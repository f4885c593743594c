"""What adapters of models have in common that a kind's manifest lists: the model, its price, and what they give."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from mediamill.assets.sniff import HEAD, sniff
from mediamill.errors import Permanent
from mediamill.queues.manifest import ModelManifest
from mediamill.queues.registry import to_the_microdollar

OURS = "mediamill"
"""The owner of models that another Mediamill serves: it is asked in the words of our own contracts."""


class Catalogued:
    """An adapter for a model of a manifest, at the manifest's price."""

    def __init__(self, entry: ModelManifest) -> None:
        self.model = entry.model
        self._price = entry.price

    def units(self, ask: Any) -> Decimal:
        """Tell how many units of the manifest's price a prediction is."""
        return Decimal(1)

    def price(self, ask: Any) -> Decimal:
        """Tell what a prediction is expected to cost, in USD."""
        return to_the_microdollar(self._price * self.units(ask))


def is_ours(model: str) -> bool:
    """Tell whether another Mediamill serves a model."""
    return model.startswith(f"{OURS}/")


def url_of(output: Any) -> str:
    """Give the address of the one file of an output, however the vendor wraps it. Raises ``Permanent``."""
    match output:
        case str():
            return output
        case {"url": str(url)}:
            return url
        case Mapping():
            wrapped = (output[name] for name in ("image", "images", "video", "audio") if output.get(name))
            return url_of(next(wrapped, None))
        case [first, *_]:
            return url_of(first)
    raise Permanent(f"The vendor's output names no file: {str(output)[:200]!r}.")


def text_of(output: Any) -> str:
    """Give the text of an output, which many models give in pieces. Raises ``Permanent``."""
    if isinstance(output, str):
        return output
    if isinstance(output, Sequence) and all(isinstance(piece, str) for piece in output):
        return "".join(output)
    raise Permanent(f"The vendor's output is no text: {str(output)[:200]!r}.")


def data_uri(path: Path) -> str:
    """Write a file as an address that holds it: every vendor can read it, and it is the same on every try."""
    content = path.read_bytes()
    return f"data:{sniff(content[:HEAD])};base64,{base64.b64encode(content).decode()}"
