"""Signatures of messages, as Standard Webhooks asks.

Secrets are derived from ``MEDIAMILL_SECRET``, so that the database holds none.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from mediamill.assets.signing import sign

PREFIX = "whsec_"
TOLERANCE_S = 300
"""A message that is older, or from so far in the future, is not taken."""


def endpoint_secret(endpoint_id: UUID) -> str:
    """Give the secret that an endpoint's messages are signed with."""
    return _secret("webhook endpoint", str(endpoint_id))


def tenant_secret(tenant_id: UUID) -> str:
    """Give the secret that the messages of a tenant's jobs with a webhook of their own are signed with."""
    return _secret("webhooks of a tenant", str(tenant_id))


def message_id(delivery_id: UUID) -> str:
    """Name a message: the same on every try, so that a receiver can tell a repetition."""
    return f"msg_{delivery_id.hex}"


def signed_headers(secret: str, message: str, at: datetime, body: bytes) -> dict[str, str]:
    """Sign a try. The time is part of what is signed, so every try has a signature of its own."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(_digest(secret, message, timestamp, body)).decode()}",
    }


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Tell whether somebody who knows the secret signed a message about now. Names of headers are in lower case."""
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        is_fresh = abs(at.timestamp() - int(timestamp)) <= TOLERANCE_S
        right = base64.b64encode(_digest(secret, name, timestamp, body))
    except ValueError:  # no number, or no base64
        return False
    signatures = [one.removeprefix("v1,").encode() for one in headers.get("webhook-signature", "").split()]
    return bool(secret) and is_fresh and any(hmac.compare_digest(right, one) for one in signatures)


def _digest(secret: str, message: str, timestamp: str, body: bytes) -> bytes:
    content = b".".join((message.encode(), timestamp.encode(), body))
    return hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), content, "sha256")


def _secret(purpose: str, name: str) -> str:
    # The alphabet with + and /: verifiers cut the text at "_".
    return PREFIX + base64.b64encode(bytes.fromhex(sign(purpose, name))).decode()
