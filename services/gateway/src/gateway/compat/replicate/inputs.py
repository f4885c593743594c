"""Files in inputs → ids of assets: uploads, what predictions made, data that comes along, files on the internet."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import UUID

from gateway.assets.upload import Claims, Upload, add, keep, whole
from gateway.compat.fetching import fetching
from gateway.edge import Edge
from mediamill.errors import InvalidInput, MediamillError, OverStorage
from mediamill.queues.registry import Kind
from mediamill.settings import settings

_OURS = re.compile(r"(?:/replicate/v1/files|/v1/assets)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/content)?")
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,]*)*)(;base64)?,", re.IGNORECASE)
_FAULT_OF_OURS = 500

Loc = tuple[str | int, ...]


class _Asking(NamedTuple):
    """Whose input it is."""

    edge: Edge
    tenant_id: UUID


async def with_assets(edge: Edge, tenant_id: UUID, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give an input in which every file is the id of an asset; whose it is, acceptance checks.

    Files on the internet are fetched where a field takes assets and nowhere else. Raises ``InvalidInput`` with the
    path of what cannot be had.
    """
    asking, files = _Asking(edge, tenant_id), _fields_of_files(kind)
    return {
        name: await _with_assets(asking, value, ("input", name), is_file=name in files) for name, value in given.items()
    }


def asset_of(url: str) -> str | None:
    """Give the asset that one of our own addresses names."""
    root = settings().public_url.rstrip("/")
    found = _OURS.fullmatch(url.removeprefix(root).partition("?")[0]) if url.startswith(f"{root}/") else None
    return None if found is None else found[1]


@cache
def _fields_of_files(kind: Kind) -> frozenset[str]:
    fields = kind.ask.model_json_schema().get("properties", {})
    return frozenset(name for name, schema in fields.items() if '"asset-id"' in json.dumps(schema))


async def _with_assets(asking: _Asking, value: Any, loc: Loc, *, is_file: bool) -> Any:
    match value:
        case dict():
            return {
                name: await _with_assets(asking, part, (*loc, name), is_file=is_file) for name, part in value.items()
            }
        case list():
            return [
                await _with_assets(asking, part, (*loc, index), is_file=is_file) for index, part in enumerate(value)
            ]
        case str():
            return await _text(asking, value, loc, is_file=is_file)
        case _:
            return value


async def _text(asking: _Asking, text: str, loc: Loc, *, is_file: bool) -> str:
    if (found := asset_of(text)) is not None:
        return found
    head = _DATA.match(text)
    if head is None and not (is_file and text.startswith(("https://", "http://"))):
        return text
    try:
        upload = await (_fetched(asking, text) if head is None else _decoded(asking, head))
    except MediamillError as error:
        if error.status >= _FAULT_OF_OURS or isinstance(error, OverStorage):
            raise
        why = error.detail or error.title()
        raise InvalidInput(why, errors=[(list(loc), why)]) from error
    return str((await add(asking.edge, asking.tenant_id, upload))["id"])


async def _fetched(asking: _Asking, url: str) -> Upload:
    async with fetching(asking.edge.config, url) as file:
        return await keep(
            asking.edge, asking.tenant_id, file.pieces, Claims(file.media_type, urlsplit(url).path.rpartition("/")[2])
        )


async def _decoded(asking: _Asking, head: re.Match[str]) -> Upload:
    content = unquote_to_bytes(head.string[head.end() :])
    if head[3] is not None:
        try:
            content = base64.b64decode(content, validate=True)
        except ValueError:
            raise InvalidInput("Its data is not base64.") from None
    return await keep(asking.edge, asking.tenant_id, whole(content), Claims(head[1] or "", ""))
