"""Redis by its URL: one server, or whoever is master behind Sentinels, who is asked for anew at every connection."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from mediamill.settings import Settings

ASK_S = 0.5
"""How long one Sentinel may take; then the next is asked."""
_PORT = 26379
_SCHEME = "sentinel://"


class Watched(NamedTuple):
    """A Redis that Sentinels watch."""

    sentinels: tuple[tuple[str, int], ...]
    db: int
    access: dict[str, str]
    """Name and password of the Redis itself, where it has them."""
    master: str
    sentinel_password: str

    @property
    def kombu_url(self) -> str:
        """Give the URL as kombu reads it: complete for each Sentinel, since it may begin with any of them."""
        user = ":".join(quote(self.access.get(part, ""), safe="") for part in ("username", "password"))
        return ";".join(
            f"{_SCHEME}{user}@{host}:{port}/{self.db}" if self.access else f"{_SCHEME}{host}:{port}/{self.db}"
            for host, port in self.sentinels
        )


def is_redis(url: str) -> bool:
    """Tell whether there is a Redis behind a URL."""
    return url.startswith(("redis://", "rediss://", _SCHEME))


def is_watched(url: str) -> bool:
    """Tell whether a URL names Sentinels."""
    return url.startswith(_SCHEME)


def located(url: str, config: Settings) -> str:
    """Complete a URL by what settings say of Sentinels, so that it is all that is needed to connect."""
    if not is_watched(url) or "master=" in url:
        return url
    told = {"master": config.sentinel_master, "sentinel_password": config.sentinel_password.get_secret_value()}
    return f"{url}?{urlencode({name: value for name, value in told.items() if value})}"


def read_watched(url: str) -> Watched:
    """Read ``sentinel://:password@one:26379;sentinel://two:26379/0?master=name``. Raises ``ValueError``.

    What stands in any of the URLs counts for all.
    """
    parts = [urlsplit(part if "://" in part else f"{_SCHEME}{part}") for part in url.split(";") if part]
    if any(part.scheme != "sentinel" or not part.hostname for part in parts):
        raise ValueError("A URL of Sentinels is 'sentinel://host:26379;sentinel://host:26379/0', each with its host.")
    query = {name: values[0] for part in parts for name, values in parse_qs(part.query).items()}
    access = {
        name: unquote(value) for part in parts for name in ("username", "password") if (value := getattr(part, name))
    }
    db = next((part.path.strip("/") for part in parts if part.path.strip("/")), "0")
    return Watched(
        tuple((part.hostname or "", part.port or _PORT) for part in parts),
        int(db),
        access,
        query.get("master", "mymaster"),
        query.get("sentinel_password", ""),
    )


def sentinel_options(watched: Watched, retry: Any) -> dict[str, Any]:
    """Give how a Sentinel is asked: briefly, since there are others."""
    options: dict[str, Any] = {"socket_timeout": ASK_S, "socket_connect_timeout": ASK_S, "retry": retry}
    return {**options, "password": watched.sentinel_password} if watched.sentinel_password else options


def pool_of(url: str, **options: Any) -> redis.ConnectionPool:
    """Give a pool of connections; nothing connects yet."""
    if not is_watched(url):
        return redis.ConnectionPool.from_url(url, **options)
    watched = read_watched(url)
    asking = sentinel_options(watched, Retry(NoBackoff(), 0))
    sentinels: Any = Sentinel(list(watched.sentinels), sentinel_kwargs=asking)  # type: ignore[no-untyped-call]  # redis-py annotates it by halves
    pool: redis.ConnectionPool = sentinels.master_for(
        watched.master, db=watched.db, **watched.access, **options
    ).connection_pool
    return pool


def async_pool_of(url: str, **options: Any) -> redis.asyncio.ConnectionPool:
    """Give the same, async."""
    if not is_watched(url):
        return redis.asyncio.ConnectionPool.from_url(url, **options)
    watched = read_watched(url)
    asking = sentinel_options(watched, AsyncRetry(NoBackoff(), 0))
    sentinels: Any = AsyncSentinel(list(watched.sentinels), sentinel_kwargs=asking)  # type: ignore[no-untyped-call]  # as above
    pool: redis.asyncio.ConnectionPool = sentinels.master_for(
        watched.master, db=watched.db, **watched.access, **options
    ).connection_pool
    return pool
