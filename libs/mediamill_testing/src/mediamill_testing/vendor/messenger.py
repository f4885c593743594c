"""Sends a vendor's webhooks, signed as Standard Webhooks asks."""

from __future__ import annotations

import asyncio
import json

from mediamill.clock import now
from mediamill.ids import uuid7
from mediamill.webhooks.signing import signed_headers
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.faults import Faults
from mediamill_testing.vendor.post import Poster

SECRET = "whsec_" + "dmVuZG9yIHNlY3JldCBvZiB0aGUgdGVzdHMh"
OTHER_SECRET = "whsec_" + "c29tZWJvZHkgZWxzZSdzIHNlY3JldC4uLi4u"
TRIES = 5
SUCCESS = range(200, 300)


class Messenger:
    """Tells the ends of predictions."""

    def __init__(self, faults: Faults, base: str) -> None:
        self._faults = faults
        self._base = base
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
        """Send a webhook as often as the faults ask for; what is not taken is sent again, as the vendor does."""
        await asyncio.sleep(self._faults.late_hooks_s)
        body = json.dumps(sale.shown(self._base)).encode()
        name = f"msg_{uuid7().hex}"
        for _ in range(self._faults.repeat_hooks):
            await self._send(str(sale.webhook), name, body)

    async def _send(self, url: str, name: str, body: bytes) -> None:
        secret = OTHER_SECRET if self._faults.forge_hooks else SECRET
        for attempt in range(TRIES):
            headers = {"content-type": "application/json", **signed_headers(secret, name, now(), body)}
            try:
                if await self._poster.post(url, body, headers) in SUCCESS:
                    return
            except OSError:  # a time-out is one
                pass
            if self._faults.forge_hooks:
                return
            await asyncio.sleep(0.5 * 2**attempt)
