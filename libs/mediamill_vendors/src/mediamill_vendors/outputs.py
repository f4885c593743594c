"""What vendors made, fetched before their URLs expire: from public addresses only, whole, and of the right sort."""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urljoin

import httpx

from mediamill.assets.sniff import HEAD, media_type_of, sniff
from mediamill.clock import monotonic
from mediamill.errors import Permanent, RateLimited, Transient, UnsupportedMedia
from mediamill.settings import settings
from mediamill.webhooks.resolve import addresses_now
from mediamill.webhooks.urls import RefusedUrl, Target, read_url
from mediamill_vendors.refusals import retry_after_s

TIMEOUT_S = 30.0
"""For each wait for the other side."""
PATIENCE_S = 600.0
"""For all of a file: a server that sends a byte now and then holds a slot no longer."""
MOST_HOPS = 4
AGENT = "Mediamill-Fetch/1"
_MOST_ADDRESSES = 3
_CHUNK = 1 << 16
_GONE = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


class Fetched(NamedTuple):
    """A file of ours now."""

    path: Path
    media_type: str
    """By the bytes themselves where they tell, else as the server or the data URI says."""
    bytes: int


def fetch(url: str, into: Path, *, most_bytes: int, media_type_prefix: str) -> Fetched:
    """Write what is behind a vendor's URL, or in its data URI, to ``into``; nothing stays there after an error.

    Raises ``Transient`` for what may come whole another time, ``Permanent`` for what will not: expired, too large,
    of another sort than ``media_type_prefix`` says, or at an address that nobody may be sent to. Nothing is bought
    again for any of them by trying again: the step that fetches is another than the one that bought.
    """
    try:
        with _read(url, most_bytes) as answer:
            size = _write(answer.pieces, into, most_bytes)
        return Fetched(into, _checked(into, answer.media_type, media_type_prefix), size)
    except BaseException:
        into.unlink(missing_ok=True)
        raise


class _Opened(NamedTuple):
    media_type: str
    pieces: Iterable[bytes]


@contextmanager
def _read(url: str, most_bytes: int) -> Iterator[_Opened]:
    if url.startswith("data:"):
        if len(url) > most_bytes * 4:  # each byte takes one letter and a third as base64, three where it is escaped
            raise Permanent(f"The vendor's output is larger than {most_bytes:,} bytes.")
        yield _inline(url)
        return
    try:
        with _client() as client:
            answer = _follow(client, url)
            with _closing(answer):
                yield _Opened(answer.headers.get("content-type", "").partition(";")[0].strip(), _pieces(answer))
    except RefusedUrl as refusal:
        raise Permanent(f"The vendor's output is at {url[:200]}: {refusal}.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Transient(
            f"The vendor's output did not come whole: {str(error)[:200] or type(error).__name__}."
        ) from error


def _inline(url: str) -> _Opened:
    head, comma, text = url.partition(",")
    kind, *options = head.removeprefix("data:").split(";")
    try:
        if not comma:
            raise ValueError(head)
        raw = unquote_to_bytes(text)
        content = base64.b64decode(raw, validate=True) if "base64" in options else raw
    except (ValueError, binascii.Error):
        raise Permanent("The vendor's output is a data URI that cannot be read.") from None
    return _Opened(kind, [content])


def _write(pieces: Iterable[bytes], into: Path, most_bytes: int) -> int:
    size = 0
    with into.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > most_bytes:
                raise Permanent(f"The vendor's output is larger than {most_bytes:,} bytes.")
            file.write(piece)
    if size == 0:
        raise Transient("The vendor's output is empty.")
    return size


def _checked(path: Path, told: str, prefix: str) -> str:
    """Believe the bytes; what vendors say of them only tells apart what looks alike."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        found = media_type_of(head, declared=told, filename="")
    except UnsupportedMedia:
        found = sniff(head)
    if not found.startswith(prefix):
        raise Permanent(f"The vendor's output is {found}, where {prefix}… was asked for.")
    return found


def _pieces(answer: httpx.Response) -> Iterator[bytes]:
    """Give the body; what is shorter than its server promised is no body, however well the connection was closed."""
    until, came = monotonic() + PATIENCE_S, 0
    promised = answer.headers.get("content-length", "")
    for piece in answer.iter_raw(_CHUNK):
        came += len(piece)
        yield piece
        if monotonic() > until:
            raise Transient(f"The vendor's output is not here after {PATIENCE_S:.0f} s.")
    if promised.isdigit() and came != int(promised):
        raise Transient(f"Of the vendor's output {came:,} of {promised} bytes came.")


def _follow(client: httpx.Client, url: str) -> httpx.Response:
    for _ in range(MOST_HOPS):
        answer = _get(client, read_url(url))
        if answer.is_success:
            return answer
        with _closing(answer):
            if not answer.has_redirect_location:
                raise _unsuccessful(answer)
            url = urljoin(url, answer.headers["location"])
    raise RefusedUrl("it redirects too often")


def _unsuccessful(answer: httpx.Response) -> Permanent | Transient:
    status = answer.status_code
    if status in _GONE:
        return Permanent(f"The vendor's output has expired: its server answered {status}.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        after_s = retry_after_s(answer.headers.get("retry-after"))
        return RateLimited("The server of the vendor's output.", retry_after_s=after_s)
    said = f"The server of the vendor's output answered {status}."
    passes = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Transient(said) if passes else Permanent(said)


def _get(client: httpx.Client, target: Target) -> httpx.Response:
    """Ask the address that was checked, under the name that it was checked for."""
    private_too, last = settings().allow_private_urls, None
    if target.scheme != "https" and not private_too:
        raise RefusedUrl("it is not https")
    for address in addresses_now(target, private_too=private_too)[:_MOST_ADDRESSES]:
        url = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode())
        headers = {"Host": target.authority, "User-Agent": AGENT, "Accept-Encoding": "identity"}
        request = client.build_request("GET", url, headers=headers, extensions={"sni_hostname": target.host})
        try:
            return client.send(request, stream=True)
        except httpx.ConnectError as unreachable:
            last = unreachable
    raise last or RefusedUrl("its host has no address")


@contextmanager
def _closing(answer: httpx.Response) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(httpx.HTTPError):
            answer.close()


def _client() -> httpx.Client:
    # A proxy would look names up by itself, unchecked.
    return httpx.Client(trust_env=False, verify=_authorities(), follow_redirects=False, timeout=TIMEOUT_S)


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Read whom we trust once: that takes longer than most fetches."""
    return httpx.create_ssl_context()
