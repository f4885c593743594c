"""URLs in arguments → assets of the tenant: data URIs, our own signed URLs, and files anywhere on the internet."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit
from uuid import UUID

from gateway.assets.upload import Claims, add, keep, whole
from gateway.compat.addresses import address
from gateway.compat.fal.inputs import Asked
from gateway.compat.fetching import fetching
from gateway.edge import Edge
from mediamill.assets import queries
from mediamill.assets.intake import StoredBlob
from mediamill.assets.signing import check_asset_url
from mediamill.errors import InvalidInput, MediamillError, NotFound, OverStorage

_ASSET = re.compile(r"/v1/assets/([0-9a-f-]{36})/content")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def with_media(edge: Edge, tenant_id: UUID, asked: Asked) -> dict[str, Any]:
    """Give the input with an asset for every URL. Raises ``InvalidInput`` that names the argument, or ``StoreFull``."""
    filled = dict(asked.input)
    for media in asked.media:
        ids = await _assets(edge, tenant_id, media.argument, media.uris)
        filled[media.field] = ids if media.is_list else ids[0]
    return filled


async def _assets(edge: Edge, tenant_id: UUID, argument: str, uris: Sequence[str]) -> list[str]:
    ids = []
    for uri in uris:
        try:
            ids.append(await _asset(edge, tenant_id, uri))
        except MediamillError as error:
            if error.status >= 500 or isinstance(error, OverStorage):
                raise
            why = error.detail or error.title()
            raise InvalidInput(why, errors=[(["input", argument], why)]) from error
    return ids


async def _asset(edge: Edge, tenant_id: UUID, uri: str) -> str:
    if _ID.fullmatch(uri):
        return uri
    if uri.startswith("data:"):
        media_type, data = read_data_uri(uri)
        upload = await keep(edge, tenant_id, whole(data), Claims(media_type, ""))
        return str((await add(edge, tenant_id, upload))["id"])
    if uri.startswith(address("/v1/assets/")):
        return await _own(edge, tenant_id, uri)
    async with fetching(edge.config, uri) as file:
        name = urlsplit(uri).path.rpartition("/")[2]
        upload = await keep(edge, tenant_id, file.pieces, Claims(file.media_type, name))
    return str((await add(edge, tenant_id, upload))["id"])


def read_data_uri(uri: str) -> tuple[str, bytes]:
    """Take a data URI apart into media type and bytes. Raises ``InvalidInput``."""
    head, comma, body = uri.removeprefix("data:").partition(",")
    if not comma:
        raise InvalidInput("It is not a data URI: there is no comma.")
    media_type = head.partition(";")[0]
    if not head.endswith(";base64"):
        return media_type, unquote_to_bytes(body)
    try:
        return media_type, base64.b64decode(unquote_to_bytes(body), validate=True)
    except binascii.Error as error:
        raise InvalidInput(f"It is not a data URI: {error}.") from error


async def _own(edge: Edge, tenant_id: UUID, url: str) -> str:
    """Take what one of our signed URLs opens; whoever has that may read the bytes, and so may keep them."""
    parts = urlsplit(url)
    found = _ASSET.fullmatch(parts.path)
    if found is None:
        raise NotFound("There is no asset behind this URL.")
    asset_id, query = UUID(found[1]), parse_qs(parts.query)
    check_asset_url(asset_id, _only(query, "expires"), _only(query, "signature"))
    async with edge.transaction() as connection:
        row = (await connection.execute(queries.one_of_anybody(asset_id))).mappings().one_or_none()
        if row is None:
            raise NotFound("There is no asset behind this URL.")
        facts = {name: row[name] for name in ("media_type", "width", "height", "duration_s")}
        blob = StoredBlob(row["sha256"], row["bytes"])
        added = (await connection.execute(queries.upsert(tenant_id, blob, **facts))).mappings().one()
    return str(added["id"])


def _only(query: Mapping[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]
