"""A token's metadata, as ERC-721 and marketplaces have it, in the one form whose bytes are hashed."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from mediamill.contracts import Asset
from mediamill.handlers.context import Context
from mediamill_media.blockchain.cid import uri_of
from mediamill_media.blockchain.contract import Mint

MEDIA_TYPE = "application/json"
ROLE = "metadata"


class Described(NamedTuple):
    """Media and metadata with their addresses; nothing of them changes any more."""

    sha256: str
    media_uri: str
    token_uri: str
    metadata: Asset


def describe(ctx: Context, ask: Mint) -> Described:
    """Keep the metadata of a token as an asset. To do it again gives the same."""
    media = ctx.describe(ask.asset)
    media_uri = uri_of(ctx.open(ask.asset))
    content = written(ask, media, media_uri, str(ctx.job_id))
    kept = ctx.save(content, MEDIA_TYPE, role=ROLE)
    return Described(media.sha256, media_uri, uri_of(content), kept)


def written(ask: Mint, media: Asset, media_uri: str, job_id: str) -> bytes:
    """Give the metadata's bytes: keys in order, no spaces, UTF-8."""
    is_picture = media.media_type.startswith("image/")
    told = {
        "name": ask.name,
        "description": ask.description,
        "image" if is_picture else "animation_url": media_uri,
        "external_url": ask.external_url,
        "attributes": [attribute.model_dump(exclude_none=True) for attribute in ask.attributes] or None,
        "properties": _known(
            {**media.model_dump(exclude={"id", "role", "url"}), "edition": ask.edition, "job_id": job_id}
        ),
    }
    return json.dumps(_known(told), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
