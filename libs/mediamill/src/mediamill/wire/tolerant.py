"""Redis as a broker on which anybody may have left anything: what is no message is dropped, and the worker lives on."""

from __future__ import annotations

import logging
from typing import Any

from kombu import transport
from kombu.transport import redis

log = logging.getLogger(__name__)


class Channel(redis.Channel):
    """Drops what cannot be read; kombu's own would take the whole worker down with it."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]  # kombu has no types
        except (ValueError, KeyError, TypeError) as error:
            log.warning("what is no message was dropped: %s", type(error).__name__)
            return True


class Transport(redis.Transport):
    """Redis with that channel."""

    Channel = Channel


def tolerate_nonsense() -> None:
    """Use it for every Redis of this process."""
    for scheme in ("redis", "rediss"):
        transport.TRANSPORT_ALIASES[scheme] = f"{Transport.__module__}:{Transport.__name__}"
