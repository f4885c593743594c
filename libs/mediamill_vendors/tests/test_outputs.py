"""What a vendor made is fetched whole, from where it may be fetched, or not at all."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from mediamill.errors import Permanent, RateLimited, Transient
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.media import png, wav
from mediamill_testing.vendor.server import VendorServer
from mediamill_vendors.outputs import Fetched, fetch

PNG = png(8, 8)


def made(vendor: VendorServer, **product: str) -> str:
    """Have something made and give where it is."""
    sale = vendor.bill.sell(Sale("any", {}, None, [], 0, Product(**product)))  # type: ignore[arg-type]  # all are texts
    return sale.urls(vendor.url)[0]


def fetched(url: str, folder: Path, most_bytes: int = 1_000_000, prefix: str = "image/") -> Fetched:
    return fetch(url, folder / "output", most_bytes=most_bytes, media_type_prefix=prefix)


def test_an_output_is_written_to_its_file(vendor: VendorServer, tmp_path: Path) -> None:
    file = fetched(made(vendor), tmp_path)

    assert file == Fetched(tmp_path / "output", "image/png", len(png(64, 64)))
    assert file.path.read_bytes() == png(64, 64)


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png;base64," + base64.b64encode(PNG).decode(),
        "data:application/octet-stream;base64," + base64.b64encode(PNG).decode(),
    ],
)
def test_an_output_may_lie_in_its_uri(uri: str, tmp_path: Path) -> None:
    file = fetched(uri, tmp_path)

    assert (file.media_type, file.path.read_bytes()) == ("image/png", PNG)


@pytest.mark.parametrize("uri", ["data:image/png;base64,!!!", "data:image/png", "data:,", "data:image/png;base64,"])
def test_a_data_uri_that_holds_nothing_is_no_output(uri: str, tmp_path: Path) -> None:
    with pytest.raises((Permanent, Transient)):
        fetched(uri, tmp_path)

    assert list(tmp_path.iterdir()) == []


def truncated(vendor: VendorServer) -> None:
    vendor.faults.truncated_outputs = 1


def expired(vendor: VendorServer) -> None:
    vendor.faults.expired_outputs = True


@pytest.mark.parametrize(
    ("fault", "error", "said"), [(truncated, Transient, "did not come whole"), (expired, Permanent, "expired")]
)
def test_what_cannot_be_had_whole_leaves_nothing(
    vendor: VendorServer, tmp_path: Path, fault: Callable[[VendorServer], None], error: type[Exception], said: str
) -> None:
    url = made(vendor)
    fault(vendor)

    with pytest.raises(error, match=said):
        fetched(url, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_is_not_read_to_its_end(vendor: VendorServer, tmp_path: Path) -> None:
    for url in (made(vendor), "data:text/plain," + "x" * 1000):
        with pytest.raises(Permanent, match="larger than 100 bytes"):
            fetched(url, tmp_path, most_bytes=100)

    assert list(tmp_path.iterdir()) == []


def test_what_it_is_is_told_by_the_bytes(vendor: VendorServer, tmp_path: Path) -> None:
    sound = tmp_path / "sound"
    sound.write_bytes(wav(0.2))

    with pytest.raises(Permanent, match=r"is audio/wav, where image/… was asked for"):
        fetched(made(vendor, makes="image/png", file=str(sound)), tmp_path)
    assert (
        fetched(made(vendor, makes="image/png", file=str(sound)), tmp_path, prefix="audio/").media_type == "audio/wav"
    )


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimited), (500, Transient), (408, Transient), (418, Permanent), (410, Permanent)]
)
def test_a_server_that_gives_nothing_is_told_apart(
    answering: Callable[[int], str], tmp_path: Path, status: int, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        fetched(answering(status), tmp_path)

    assert type(raised.value) is error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "",
        "https://10.0.0.1/x",
    ],
)
def test_nobody_is_sent_into_our_network(url: str, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="The vendor's output is at"):
        fetched(url, tmp_path)


def test_a_redirect_is_checked_like_its_beginning(
    redirecting: Callable[[str], str], vendor: VendorServer, tmp_path: Path
) -> None:
    assert fetched(redirecting(made(vendor)), tmp_path).bytes > 0
    with pytest.raises(Permanent, match="redirects too often"):
        fetched(redirecting("/again"), tmp_path)
    with pytest.raises(Permanent, match="neither http nor https"):
        fetched(redirecting("file:///etc/passwd"), tmp_path)


@pytest.fixture
def answering(web: tuple[str, dict[str, str]]) -> Callable[[int], str]:
    """Give the URL of a server that answers a status."""
    return lambda status: f"{web[0]}/{status}"


@pytest.fixture
def redirecting(web: tuple[str, dict[str, str]]) -> Callable[[str], str]:
    """Give the URL of a server that answers with another place."""

    def redirect(location: str) -> str:
        web[1]["location"] = location
        return f"{web[0]}/302"

    return redirect
