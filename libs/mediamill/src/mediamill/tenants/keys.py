"""API keys: made, hashed, recognised. Only the SHA-256 of a key is ever stored; the key is 256 bits of randomness."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum
from typing import NamedTuple

PREFIX = "mm_"
_SHOWN = 10


class Scope(StrEnum):
    """What a key may do."""

    JOBS = "jobs"
    """Everything of its own tenant."""
    READ = "read"
    """Look at everything of its own tenant, and change nothing."""
    OPERATOR = "operator"
    """Tenants, keys and queues of the whole installation."""


class NewKey(NamedTuple):
    """A fresh key: the secret is shown once and never again."""

    secret: str
    prefix: str
    digest: bytes


def new_key() -> NewKey:
    """Draw a key."""
    return known_key(PREFIX + secrets.token_urlsafe(32))


def known_key(secret: str) -> NewKey:
    """Give the stored form of a key."""
    return NewKey(secret, secret[:_SHOWN], digest(secret))


def digest(secret: str) -> bytes:
    """Hash a key. A plain hash is enough for 256 random bits; it need not be slow."""
    return hashlib.sha256(secret.encode()).digest()
