"""URLs that open one thing of one job without a key, for clients that drop theirs: streams, responses, statuses."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from gateway.ids import uuid_or_nothing
from mediamill.assets.signing import fits, sign
from mediamill.clock import now
from mediamill.errors import Forbidden
from mediamill.settings import settings

LENGTH = 32
"""Hexadecimal digits of a signature that travel: 128 bits."""


class Opened(NamedTuple):
    """What a capability opens."""

    tenant_id: UUID
    job_id: UUID


def grant(purpose: str, tenant_id: UUID, job_id: UUID) -> str:
    """Give the word that opens a job for one purpose, for as long as a signed asset URL would."""
    expires = int(now().timestamp()) + settings().asset_url_ttl_s
    text = f"{job_id.hex}.{tenant_id.hex}.{expires}"
    return f"{text}.{sign(_purpose(purpose), text)[:LENGTH]}"


def opened(purpose: str, word: str) -> Opened:
    """Read such a word. Raises ``Forbidden`` for one that was changed, is for something else or has expired."""
    text, _, signature = word.rpartition(".")
    parts = text.split(".")
    if len(parts) != 3 or not fits(_purpose(purpose), text, signature, length=LENGTH):
        raise Forbidden("The signature does not fit this URL.")
    if int(parts[2]) < now().timestamp():
        raise Forbidden("This URL has expired; ask again with your key to get a new one.")
    return Opened(uuid_or_nothing(parts[1]), uuid_or_nothing(parts[0]))


def _purpose(purpose: str) -> str:
    return f"capability:{purpose}"
