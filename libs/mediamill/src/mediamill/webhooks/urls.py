"""Where a message may go: public addresses only, and the address that was checked is the one that is connected to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

Address = IPv4Address | IPv6Address

LONGEST = 2_000
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_PATH_MAY_HOLD = "/?:@!$&'()*+,;=-._~%[]"

_REFUSED = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        "168.63.129.16/32 "  # a cloud's own service on a public address
        "::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 "
        "3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8"
    ).split()
]


class RefusedUrl(ValueError):
    """This URL cannot be told anything."""


class Target(NamedTuple):
    """A URL, taken apart once; whoever connects uses these parts and no other reading of the text."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Who is talked to."""
        return f"{self.scheme}://{self.authority}"


def read_url(url: str) -> Target:
    """Take a URL apart. Raises ``RefusedUrl`` for what is no plain http(s) URL."""
    if len(url) > LONGEST or _UNSAFE.search(url):
        raise RefusedUrl(f"a URL has at most {LONGEST} characters, and no spaces, backslashes or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedUrl("it is not a URL") from None
    if parts.scheme not in _PORTS:
        raise RefusedUrl("its scheme is neither http nor https")
    if "@" in parts.netloc:
        raise RefusedUrl("it holds a user name")
    if port == 0:
        raise RefusedUrl("there is no port 0")
    path = quote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", safe=_PATH_MAY_HOLD)
    return Target(parts.scheme, _host(parts.hostname, parts.netloc), port or _PORTS[parts.scheme], path)


def check_addresses(addresses: Iterable[str]) -> list[Address]:
    """Give the addresses of a name, when every one is public. Raises ``RefusedUrl``.

    A name with one public and one private address is refused whole: which one is used would be left to chance.
    """
    found = [ipaddress.ip_address(text.partition("%")[0]) for text in addresses]
    if not found:
        raise RefusedUrl("its host has no address")
    for address in found:
        if not is_public(address):
            raise RefusedUrl("its host is not on the public internet")
    return found


def is_public(address: Address) -> bool:
    """Tell whether an address is anybody's on the internet: not ours, not a neighbour's, not one inside another."""
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def _host(host: str | None, netloc: str) -> str:
    if not host:
        raise RefusedUrl("it names no host")
    if netloc.startswith("["):
        return _v6(host)
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError:
        raise RefusedUrl("its host is not a name") from None
    if not _NAME.fullmatch(name):
        raise RefusedUrl("its host is not a name")
    return name


def _v6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError:
        raise RefusedUrl("its host is not an address") from None
    if address.scope_id is not None:
        raise RefusedUrl("its address is of one network only")
    return str(address)
