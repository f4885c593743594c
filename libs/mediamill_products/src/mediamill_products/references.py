"""Assets as frontends name them: by their id, or by the URL that they were shown at."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_URL = re.compile(rf"(?:https?://[^/?#\s]+)?/v1/assets/({_ID})(?:/content)?(?:\?[^#\s]*)?")
_IS_ID = re.compile(_ID)


def id_of(reference: str) -> str | None:
    """Give the id of an asset that is named by its id or by its URL here; nothing of another text.

    Whose it is, is looked at where the job is accepted; so neither the URL's host nor its signature matters.
    """
    if _IS_ID.fullmatch(reference):
        return reference
    found = _URL.fullmatch(reference)
    return found[1] if found else None


def with_ids(value: Any) -> Any:
    """Give JSON with the id in place of every text that is the URL of an asset."""
    match value:
        case str():
            return id_of(value) or value
        case dict():
            return {name: with_ids(part) for name, part in value.items()}
        case list():
            return [with_ids(part) for part in value]
        case _:
            return value


def _read(reference: object) -> str:
    found = id_of(reference) if isinstance(reference, str) else None
    if found is None:
        raise ValueError("it is neither the id nor the URL of an asset here; upload others to /v1/assets first")
    return found


Reference = Annotated[
    str,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "description": "The id of an asset, or its URL as this API gave it."}),
]
"""An asset, read as its id."""
