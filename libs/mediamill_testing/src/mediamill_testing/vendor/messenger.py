"""Sends a vendor's webhooks, signed as the vendor does; what is not taken is sent again."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mediamill.clock import now
from mediamill.ids import uuid7
from mediamill.webhooks.signing import signed_headers
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.faults import Faults
from mediamill_testing.vendor.post import Poster

SECRET = "whsec_" + "dmVuZG9yIHNlY3JldCBvZiB0aGUgdGVzdHMh"
OTHER_SECRET = "whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldC4uLi4u"
KEY = Ed25519PrivateKey.from_private_bytes(b"vendor key of the tests, 32 bytes"[:32])
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"somebody else's key, of 32 bytes."[:32])
TRIES = 5
SUCCESS = range(200, 300)

Sign = Callable[[str, bytes, bool], Mapping[str, str]]
"""Makes the headers of a message from its id, its body and whether it is forged."""


def standard_webhooks(id: str, body: bytes, is_forged: bool) -> Mapping[str, str]:  # noqa: FBT001  # as Sign says
    """Sign as Replicate does."""
    return signed_headers(OTHER_SECRET if is_forged else SECRET, id, now(), body)


def ed25519(id: str, body: bytes, is_forged: bool) -> Mapping[str, str]:  # noqa: FBT001  # as Sign says
    """Sign as fal does; the message's id is the request's."""
    parts = id, "user_of_the_tests", str(int(now().timestamp()))
    message = "\n".join((*parts, hashlib.sha256(body).hexdigest())).encode()
    names = ("request-id", "user-id", "timestamp", "signature")
    values = (*parts, (OTHER_KEY if is_forged else KEY).sign(message).hex())
    return {f"x-fal-webhook-{name}": value for name, value in zip(names, values, strict=True)}


def jwks() -> dict[str, object]:
    """Publish the key as fal does."""
    x = base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).rstrip(b"=").decode()
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "tests"}]}


class Messenger:
    """Tells the ends of predictions."""

    def __init__(self, faults: Faults, write: Callable[[Sale], bytes], sign: Sign) -> None:
        self._faults = faults
        self._write = write
        self._sign = sign
        self._poster = Poster()
        self._tasks: set[asyncio.Task[None]] = set()

    def await_end(self, sale: Sale, *, in_s: float) -> None:
        """Send the webhook when the prediction will have ended."""
        asyncio.get_running_loop().call_later(in_s, self._begin, sale)

    async def close(self) -> None:
        """Let go of the connections."""
        for task in self._tasks:
            task.cancel()
        await self._poster.close()

    def _begin(self, sale: Sale) -> None:
        if self._faults.drop_hooks or sale.canceled_at is not None:
            return
        task = asyncio.get_running_loop().create_task(self.tell(sale))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def tell(self, sale: Sale) -> None:
        """Send a webhook as often as the faults ask for."""
        await asyncio.sleep(self._faults.late_hooks_s)
        body = self._write(sale)
        name = sale.id if self._sign is ed25519 else f"msg_{uuid7().hex}"
        for _ in range(self._faults.repeat_hooks):
            await self._send(str(sale.webhook), name, body)

    async def _send(self, url: str, name: str, body: bytes) -> None:
        for attempt in range(TRIES):
            signed = self._sign(name, body, self._faults.forge_hooks)
            try:
                if await self._poster.post(url, body, {"content-type": "application/json", **signed}) in SUCCESS:
                    return
            except OSError:  # a time-out is one
                pass
            if self._faults.forge_hooks:
                return
            await asyncio.sleep(0.5 * 2**attempt)
