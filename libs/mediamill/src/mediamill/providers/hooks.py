"""The way in for a purchase's webhook: a URL that nobody can guess, which also carries the purchase's key."""

from __future__ import annotations

import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from mediamill.providers.protocol import EffectKey

PATH = "/hooks"


def new_token() -> str:
    """Draw a token."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """Give what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def hook_url(public_url: str, vendor: str, effect: EffectKey, **told: str) -> str:
    """Give the URL that a vendor is to call; what its webhooks themselves do not tell may be put into it."""
    query = urlencode({"effect": str(effect), **told})
    return f"{public_url.rstrip('/')}{PATH}/{vendor}/{effect.token}?{query}"


def effect_of(url: str | None) -> str | None:
    """Read the key of a purchase off its webhook's URL."""
    return parse_qs(urlsplit(url).query).get("effect", [None])[0] if url else None
