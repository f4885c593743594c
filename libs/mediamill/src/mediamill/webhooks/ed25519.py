"""Signatures that anybody can check and nobody else can make, as receivers of fal's webhooks know them.

The key is derived from ``MEDIAMILL_SECRET``; its public half is served as a JWKS.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mediamill.assets.signing import sign

_KEY_ID = 16
"""So many characters of a public key's hash name it."""


def signed_headers(tenant_id: UUID, job_id: UUID, at: datetime, body: bytes) -> dict[str, str]:
    """Sign a try. The time is part of what is signed, so every try has a signature of its own."""
    timestamp = str(int(at.timestamp()))
    signed = "\n".join((str(job_id), str(tenant_id), timestamp, hashlib.sha256(body).hexdigest()))
    return {
        "X-Fal-Webhook-Request-Id": str(job_id),
        "X-Fal-Webhook-User-Id": str(tenant_id),
        "X-Fal-Webhook-Timestamp": timestamp,
        "X-Fal-Webhook-Signature": _key().sign(signed.encode()).hex(),
    }


def jwks() -> dict[str, Any]:
    """Give what signatures are checked with, as a set of JSON Web Keys."""
    public = _key().public_key().public_bytes_raw()
    x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
    name = hashlib.sha256(public).hexdigest()[:_KEY_ID]
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": name, "use": "sig", "alg": "EdDSA"}]}


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sign("ed25519 of webhooks", "1")))
