"""Redis as a broker on which anybody may have left anything: what is no message is dropped, and the worker lives on."""

from __future__ import annotations

import logging
from typing import Any

from kombu import transport
from kombu.transport import redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

_DEMOTED = ("UNBLOCKED", "READONLY", "MASTERDOWN", "LOADING")
"""What a Redis says that is no master any more, or not yet: it is as good as away."""

log = logging.getLogger(__name__)


class _Tolerant:
    """Drops what cannot be read; kombu's own would take the whole worker down with it."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]  # a part of kombu's channels, which have no types
        except (ValueError, KeyError, TypeError) as error:
            log.warning("what is no message was dropped: %s", type(error).__name__)
            return True
        except ResponseError as error:
            if str(error).startswith(_DEMOTED):
                raise RedisConnectionError(str(error)) from error
            raise


class Channel(_Tolerant, redis.Channel):
    """A Redis so treated."""


class SentinelChannel(_Tolerant, redis.SentinelChannel):
    """The master behind Sentinels so treated."""


class Transport(redis.Transport):
    """Redis with that channel."""

    Channel = Channel


class SentinelTransport(redis.SentinelTransport):
    """Sentinels with theirs."""

    Channel = SentinelChannel


def tolerate_nonsense() -> None:
    """Use it for every Redis of this process."""
    for scheme, chosen in (("redis", Transport), ("rediss", Transport), ("sentinel", SentinelTransport)):
        transport.TRANSPORT_ALIASES[scheme] = f"{chosen.__module__}:{chosen.__name__}"
