"""Files named by a URL: fetched from public addresses only, each hop looked up, checked and used as checked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin

import httpx

from gateway.problems import InvalidRequest
from mediamill.settings import Settings
from mediamill.webhooks.resolve import addresses
from mediamill.webhooks.urls import RefusedUrl, Target, read_url

TIMEOUT_S = 15.0
"""For each wait for the other side."""
PATIENCE_S = 60.0
"""For all of a file: a server that sends a byte now and then holds nobody up."""
MOST_HOPS = 4
AGENT = "Mediamill-Fetch/1"
_MOST_ADDRESSES = 3
_CHUNK = 1 << 16


class CannotFetch(InvalidRequest):
    """The file behind this URL cannot be had."""

    code = "cannot-fetch"


class Fetched(NamedTuple):
    """A file on its way: what its server says that it is, and its bytes, piece by piece."""

    media_type: str
    pieces: AsyncIterator[bytes]


@asynccontextmanager
async def fetching(config: Settings, url: str) -> AsyncIterator[Fetched]:
    """Open the file behind a URL. Raises ``CannotFetch``, also from within its pieces."""
    try:
        async with asyncio.timeout(PATIENCE_S), _client() as client:
            answer = await _follow(config, client, url)
            try:
                yield Fetched(answer.headers.get("content-type", "").partition(";")[0], answer.aiter_bytes(_CHUNK))
            finally:
                await answer.aclose()
    except RefusedUrl as refused:
        raise CannotFetch(f"{url[:200]}: {refused}.") from None
    except TimeoutError:
        raise CannotFetch(f"{url[:200]}: it is not here after {PATIENCE_S:.0f} s.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        raise CannotFetch(f"{url[:200]}: {str(failed)[:200] or type(failed).__name__}.") from failed


def _client() -> httpx.AsyncClient:
    # A proxy would look names up by itself, unchecked.
    return httpx.AsyncClient(trust_env=False, verify=_authorities(), follow_redirects=False, timeout=TIMEOUT_S)


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Read whom we trust once: that takes longer than most fetches."""
    return httpx.create_ssl_context()


async def _follow(config: Settings, client: httpx.AsyncClient, url: str) -> httpx.Response:
    for _ in range(MOST_HOPS):
        answer = await _get(config, client, read_url(url))
        if answer.is_success:
            return answer
        await answer.aclose()
        if not answer.has_redirect_location:
            raise RefusedUrl(f"it answers {answer.status_code}")
        url = urljoin(url, answer.headers["location"])
    raise RefusedUrl("it redirects too often")


async def _get(config: Settings, client: httpx.AsyncClient, target: Target) -> httpx.Response:
    last: httpx.ConnectError | None = None
    for address in (await addresses(target, private_too=config.allow_private_urls))[:_MOST_ADDRESSES]:
        url = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode())
        headers = {"Host": target.authority, "User-Agent": AGENT, "Accept-Encoding": "identity"}
        request = client.build_request("GET", url, headers=headers, extensions={"sni_hostname": target.host})
        try:
            return await client.send(request, stream=True)
        except httpx.ConnectError as unreachable:
            last = unreachable
    raise last or RefusedUrl("its host has no address")
