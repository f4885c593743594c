"""App ids as fal's clients write them: ``owner/alias[/sub/path]``, perhaps with ``fal-ai/`` or a namespace before."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.compat.catalogue import Catalogue, Model, UnknownModel

FRONTS = ("fal-ai/", "workflows/", "comfy/")
"""What may stand before a model's name: the AI SDK writes the first before every name."""

_MOST_PARTS = 8


def model_of(catalogue: Catalogue, app: str) -> Model:
    """Find the model of an app id: the longest name in it that is one. Raises ``UnknownModel``."""
    for name in _names(app):
        try:
            return catalogue.model(name)
        except UnknownModel:
            continue
    return catalogue.model(app)


def _names(app: str) -> Iterator[str]:
    for name in (app, *(app.removeprefix(front) for front in FRONTS if app.startswith(front))):
        parts = name.split("/")[:_MOST_PARTS]
        for length in range(len(parts), 0, -1):
            yield "/".join(parts[:length])
