"""From a host's name to addresses that may be connected to: asked once, checked, and used as checked."""

from __future__ import annotations

import asyncio
import socket

from mediamill.webhooks.urls import RefusedUrl, Target, check_addresses

PATIENCE_S = 5.0


async def addresses(target: Target, *, private_too: bool, patience_s: float = PATIENCE_S) -> list[str]:
    """Give where a target is. Raises ``RefusedUrl`` when that is not public, or when nobody can tell where it is."""
    try:
        async with asyncio.timeout(patience_s):
            found = await asyncio.get_running_loop().getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )
    except (OSError, UnicodeError):  # a time-out is an OSError
        raise RefusedUrl("its host cannot be resolved") from None
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return texts if private_too else [str(address) for address in check_addresses(texts)]
