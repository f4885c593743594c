"""Signatures of messages, as Standard Webhooks asks.

Secrets are derived from ``MEDIAMILL_SECRET``, so that the database holds none.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from uuid import UUID

from mediamill.assets.signing import sign

PREFIX = "whsec_"


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
    content = b".".join((message.encode(), timestamp.encode(), body))
    digest = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), content, "sha256")
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _secret(purpose: str, name: str) -> str:
    # The alphabet with + and /: verifiers cut the text at "_".
    return PREFIX + base64.b64encode(bytes.fromhex(sign(purpose, name))).decode()
