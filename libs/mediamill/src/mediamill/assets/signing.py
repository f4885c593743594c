"""Signatures of the gateway: URLs that open an asset without a key, and cursors that nobody can forge."""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from mediamill.clock import now
from mediamill.errors import Forbidden
from mediamill.settings import settings

_ROUND_S = 3600
"""Expiry is rounded up to the hour, so that a page that polls sees the same URL and the browser's cache works."""


def sign(purpose: str, text: str) -> str:
    """Sign a text for one purpose; a signature for another purpose does not fit."""
    secret = settings().secret.get_secret_value()
    if not secret:
        raise RuntimeError("MEDIAMILL_SECRET is empty: set it to the same long random text on every gateway")
    return hmac.new(secret.encode(), f"{purpose}\n{text}".encode(), sha256).hexdigest()


def fits(purpose: str, text: str, signature: str, *, length: int = 64) -> bool:
    """Tell whether a signature, or its first ``length`` characters, is ours, in a time that tells nothing about it."""
    return hmac.compare_digest(sign(purpose, text)[:length].encode(), signature.encode())


def asset_url(asset_id: UUID | str) -> str:
    """Give a URL that opens an asset without a key for at least ``asset_url_ttl_s`` seconds."""
    config = settings()
    expires = int((now().timestamp() + config.asset_url_ttl_s) // _ROUND_S + 1) * _ROUND_S
    signature = sign("asset", f"{asset_id}\n{expires}")
    return f"{config.public_url.rstrip('/')}/v1/assets/{asset_id}/content?expires={expires}&signature={signature}"


def check_asset_url(asset_id: UUID, expires: str, signature: str) -> None:
    """Let a signed URL pass. Raises ``Forbidden`` when it was changed or is too old."""
    if not fits("asset", f"{asset_id}\n{expires}", signature):
        raise Forbidden("The signature does not fit this URL.")
    if int(expires) < now().timestamp():
        raise Forbidden("This URL has expired; ask for the asset again to get a new one.")
