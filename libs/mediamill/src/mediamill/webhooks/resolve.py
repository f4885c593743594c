"""From a host's name to addresses that may be connected to: asked once, checked, and used as checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

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
    return _checked(found, private_too=private_too)


def addresses_now(target: Target, *, private_too: bool) -> list[str]:
    """Do the same where a thread may wait for it, as long as this machine's resolver does."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        raise RefusedUrl("its host cannot be resolved") from None
    return _checked(found, private_too=private_too)


def _checked(found: Iterable[Any], *, private_too: bool) -> list[str]:
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return texts if private_too else [str(address) for address in check_addresses(texts)]
