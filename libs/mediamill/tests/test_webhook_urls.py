"""A message goes to public addresses only, however the address is written."""

from __future__ import annotations

import socket

import anyio
import pytest

from mediamill.webhooks.resolve import addresses
from mediamill.webhooks.urls import RefusedUrl, check_addresses, read_url

NO_PLAIN_URL = """
ftp://example.com/|file:///etc/passwd|gopher://example.com:70/|javascript:alert(1)|data:text/plain,x|dict://1.1.1.1:11211/
//example.com/|example.com|/hook|https:/example.com|https:example.com|https://|http:///hook|https://?q=1
https://user@example.com/|https://user:word@example.com/|https://@example.com/|https://1.1.1.1@127.0.0.1/
https://example.com\\@127.0.0.1/|http://127.0.0.1\\.example.com/|https://exa mple.com/|https://example.com/a b
https://example.com/\r\nX: y|https://example.com/\tq|https://example.com:0/|https://example.com:65536/
https://example.com:port/|https://[::1/|https://[fe80::1%25eth0]/|https://[127.0.0.1]/|https://[v1.x]/|https://%31%32%37.0.0.1/
https://exam*ple.com/|https://example..com/|https://-example.com/|https://exa,mple.com/|https://"example".com/
""".strip()

NOT_PUBLIC = """
http://127.0.0.1/ http://127.1/ http://127.255.255.254:8080/ http://2130706433/ http://0x7f000001/ http://0x7f.1/
http://017700000001/ http://0177.0.0.1/ http://127.0.0.1.:80/ http://0/ http://0.0.0.0/ http://0.1.2.3/
http://10.0.0.1/ http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.1.1/
http://169.254.169.254/latest/meta-data/ http://2852039166/ http://0xa9fea9fe/ http://169.254.1.1/
http://100.64.0.1/ http://100.100.100.200/ http://100.127.255.255/ http://192.0.0.192/ http://168.63.129.16/
http://192.0.2.1/ http://198.18.0.1/ http://198.51.100.1/ http://203.0.113.1/ http://192.88.99.1/
http://224.0.0.1/ http://239.255.255.250/ http://240.0.0.1/ http://255.255.255.255/
http://[::]/ http://[::1]/ http://[0:0:0:0:0:0:0:1]/ http://[::127.0.0.1]/ http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/ http://[::ffff:10.0.0.1]/ http://[::ffff:169.254.169.254]/ http://[::ffff:0:127.0.0.1]/
http://[::ffff:8.8.8.8]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::1]/
http://[2002:7f00:1::]/ http://[2001::1]/ http://[2001:db8::1]/ http://[fc00::1]/ http://[fd00:ec2::254]/
http://[fe80::1]/ http://[fec0::1]/ http://[ff02::1]/ http://[100::1]/ http://[5f00::1]/
http://localhost/ http://LOCALHOST:9000/ http://localhost./
""".split()

PLAIN = [
    ("https://Example.COM/Hook?a=1&b=%20#part", ("https", "example.com", 443, "/Hook?a=1&b=%20")),
    ("http://example.com:8080", ("http", "example.com", 8080, "/")),
    ("https://bücher.example/ä", ("https", "xn--bcher-kva.example", 443, "/%C3%A4")),
    ("http://[2606:4700:4700::1111]:81/x", ("http", "2606:4700:4700::1111", 81, "/x")),
    ("https://example.com?q", ("https", "example.com", 443, "/?q")),
]


async def resolved(url: str, *, private_too: bool = False) -> list[str]:
    return await addresses(read_url(url), private_too=private_too)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(NO_PLAIN_URL.replace("|", "\n").splitlines()) + len(NOT_PUBLIC) >= 90


@pytest.mark.parametrize("url", [url for line in NO_PLAIN_URL.split("\n") for url in line.split("|")])
def test_what_is_no_plain_url_is_refused_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(RefusedUrl):
        read_url(url)


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(RefusedUrl):
        anyio.run(resolved, url)


@pytest.mark.parametrize(("url", "parts"), PLAIN)
def test_a_plain_url_is_taken_apart(url: str, parts: tuple[str, str, int, str]) -> None:
    assert read_url(url) == parts


def test_a_url_that_is_too_long_is_refused() -> None:
    with pytest.raises(RefusedUrl, match="characters"):
        read_url(f"https://example.com/{'x' * 2000}")


def test_public_addresses_pass_and_are_what_is_connected_to() -> None:
    assert anyio.run(resolved, "https://9.9.9.9/") == ["9.9.9.9"]
    assert anyio.run(resolved, "https://[2606:4700:4700::1111]/") == ["2606:4700:4700::1111"]


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(RefusedUrl, match="not on the public internet"):
        check_addresses(["9.9.9.9", "10.0.0.1"])


def test_a_name_that_cannot_be_resolved_is_refused() -> None:
    with pytest.raises(RefusedUrl, match="cannot be resolved"):
        anyio.run(resolved, "https://no-such-host.invalid/")


def test_an_operator_may_allow_private_addresses_but_nothing_else() -> None:
    async def look() -> list[str]:
        return await resolved("http://127.0.0.1:9/", private_too=True)

    assert anyio.run(look) == ["127.0.0.1"]
    with pytest.raises(RefusedUrl):
        read_url("http://user@127.0.0.1/")


def test_a_listener_on_loopback_is_never_reached_by_the_corpus() -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)

        for url in NOT_PUBLIC:
            with pytest.raises(RefusedUrl):
                anyio.run(resolved, url)

        with pytest.raises(BlockingIOError):
            canary.accept()
