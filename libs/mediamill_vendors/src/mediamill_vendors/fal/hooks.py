"""fal's webhooks: signed by Ed25519 with a key that fal publishes, and what they say of a request."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel

from mediamill.errors import JobError, Moderated, Transient
from mediamill_vendors.fal.wire import words_of
from mediamill_vendors.refusals import failed

TOLERANCE_S = 300
_KEY_BYTES = 32
_SIGNED = ("x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp")
_OF_THE_RUNNER = re.compile(r"\b5\d\d\b")


class Told(BaseModel):
    """What a webhook says."""

    request_id: str
    status: str
    payload: Any = None
    error: str | None = None
    payload_error: str | None = None


class Jwk(BaseModel):
    """One of the keys that fal publishes, as far as we read it."""

    kty: str = ""
    crv: str = ""
    x: str = ""


class Jwks(BaseModel):
    """The keys that fal publishes."""

    keys: list[Jwk]

    def public(self) -> tuple[Ed25519PublicKey, ...]:
        """Give those that webhooks are signed with. Raises ``ValueError``."""
        told = [key.x for key in self.keys if (key.kty, key.crv) == ("OKP", "Ed25519")]
        return tuple(Ed25519PublicKey.from_public_bytes(_unpadded(x)[:_KEY_BYTES]) for x in told)


def is_signed(keys: Sequence[Ed25519PublicKey], headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Tell whether fal signed these bytes just now. Names of headers are in small letters."""
    try:
        parts = [headers[name] for name in _SIGNED]
        signature = bytes.fromhex(headers["x-fal-webhook-signature"])
        if abs(at.timestamp() - int(parts[-1])) > TOLERANCE_S:
            return False
    except (KeyError, ValueError):
        return False
    message = "\n".join((*parts, hashlib.sha256(body).hexdigest())).encode()
    return any(_is_by(key, signature, message) for key in keys)


def failure(error: str | None, payload: Any) -> JobError:
    """Tell what kind of failure a request ended with: fal's own and its runners' may pass, the model's does not."""
    text = words_of(payload) or error or ""
    told = failed(text or None)
    passing = _OF_THE_RUNNER.search(error or "")
    return Transient(text) if passing and not isinstance(told, Moderated) else told


def _is_by(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
