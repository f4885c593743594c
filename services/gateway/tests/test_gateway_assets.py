"""Assets: uploaded once, served in ranges, opened by signature."""

from __future__ import annotations

import hashlib
import io
import resource
import struct
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from gateway.assets.content import read_range
from mediamill.assets.signing import sign
from mediamill.ids import uuid7
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

HTML = b"<!DOCTYPE html><script>alert(document.domain)</script>"
TEXT = bytes(range(65, 91)) * 40


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 1 << 20) + b"IDAT" + b"\0" * 40


async def upload(client: httpx.AsyncClient, content: bytes, **headers: str) -> dict[str, Any]:
    response = await client.post("/v1/assets", content=content, headers=headers)
    assert response.status_code == 201, response.text
    return response.json()


async def test_a_picture_is_kept_with_its_facts(client: httpx.AsyncClient) -> None:
    content = png(64, 48)

    response = await client.post("/v1/assets", content=content, headers={"content-type": "image/png"})

    asset = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/assets/{asset['id']}"
    assert (asset["media_type"], asset["width"], asset["height"]) == ("image/png", 64, 48)
    assert (asset["bytes"], asset["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (await client.get(f"/v1/assets/{asset['id']}")).json() == asset


async def test_the_same_bytes_are_the_same_asset_also_in_a_form(client: httpx.AsyncClient, stranger: Any) -> None:
    first = await upload(client, TEXT)

    form = await client.post("/v1/assets", files={"note": (None, "x"), "file": ("a.txt", TEXT, "text/plain")})
    theirs = await client.post("/v1/assets", content=TEXT, headers=stranger.headers)

    assert (form.status_code, form.json()["id"]) == (201, first["id"])
    assert theirs.json()["id"] != first["id"]
    assert len((await client.get("/v1/assets")).json()["data"]) == 1


async def test_an_upload_without_a_length_is_streamed(client: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"0123456789" * 1000

    response = await client.post("/v1/assets", content=chunks())

    assert response.json()["bytes"] == 200_000


BAD_UPLOADS: list[tuple[dict[str, Any], int]] = [
    ({"content": b""}, 422),
    ({"files": {"file": ("empty.png", b"", "image/png")}}, 422),
    ({"files": {"other": ("a.txt", b"text", "text/plain")}}, 422),
    ({"content": b"no parts", "headers": {"content-type": "multipart/form-data; boundary=x"}}, 422),
    ({"content": b"text", "headers": {"content-type": "multipart/form-data"}}, 422),
    ({"files": {"file": ("cat.png", HTML, "image/png")}}, 415),
    ({"files": {"file": ("cat.png", HTML, "text/html")}}, 415),
    ({"content": HTML, "headers": {"content-type": "image/png"}}, 415),
    ({"content": HTML, "params": {"filename": "cat.png"}}, 415),
    ({"content": b"\x89PNG\r\n\x1a\nbroken"}, 415),
    ({"content": png_that_claims(65_535, 65_535)}, 422),
    ({"content": png_that_claims(8000, 8000)}, 422),
    ({"content": b"x" * 3_000_001}, 413),
    ({"files": {"file": ("big.txt", b"x" * 3_000_001, "text/plain")}}, 413),
]


async def test_a_bad_upload_is_refused_and_leaves_nothing(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answers = [await client.post("/v1/assets", **kwargs) for kwargs, _ in BAD_UPLOADS]

    assert [answer.status_code for answer in answers] == [status for _, status in BAD_UPLOADS]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert (await client.get("/v1/assets")).json()["data"] == []
    assert not any(path.is_file() for path in (tmp_path / "store").rglob("*"))


async def test_a_chunked_upload_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 100_000

    response = await client.post("/v1/assets", content=chunks())

    assert response.status_code == 413


async def test_html_is_kept_but_never_run(client: httpx.AsyncClient) -> None:
    asset = await upload(client, HTML)

    served = await client.get(f"/v1/assets/{asset['id']}/content")

    assert served.headers["content-type"].startswith("text/html")
    assert served.headers["content-security-policy"].startswith("sandbox;")
    assert "allow-scripts" not in served.headers["content-security-policy"]
    assert served.headers["x-content-type-options"] == "nosniff"


async def test_content_comes_whole_with_its_headers(client: httpx.AsyncClient) -> None:
    asset = await upload(client, png(4, 4))

    served = await client.get(f"/v1/assets/{asset['id']}/content")
    head = await client.head(f"/v1/assets/{asset['id']}/content")

    assert hashlib.sha256(served.content).hexdigest() == asset["sha256"]
    assert served.headers["etag"] == f'"{asset["sha256"]}"'
    assert served.headers["accept-ranges"] == "bytes"
    assert served.headers["content-type"] == "image/png"
    assert served.headers["content-disposition"] == f"inline; filename={asset['id']}.png"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == served.headers["content-length"] == str(asset["bytes"])


async def test_a_range_is_served(client: httpx.AsyncClient) -> None:
    asset = await upload(client, TEXT)
    wanted = {
        "bytes=0-9": (TEXT[:10], "bytes 0-9/1040"),
        "bytes=1000-": (TEXT[1000:], "bytes 1000-1039/1040"),
        "bytes=-10": (TEXT[-10:], "bytes 1030-1039/1040"),
        "bytes=1030-5000": (TEXT[1030:], "bytes 1030-1039/1040"),
        "bytes=-5000": (TEXT, "bytes 0-1039/1040"),
    }

    for range, (content, content_range) in wanted.items():
        served = await client.get(f"/v1/assets/{asset['id']}/content", headers={"range": range})

        assert (served.status_code, served.content) == (206, content)
        assert served.headers["content-range"] == content_range
        assert served.headers["content-length"] == str(len(content))


async def test_a_range_that_is_not_there_is_a_416(client: httpx.AsyncClient) -> None:
    asset = await upload(client, TEXT)

    for range in ("bytes=1040-", "bytes=5000-6000", "bytes=-0"):
        served = await client.get(f"/v1/assets/{asset['id']}/content", headers={"range": range})

        assert served.status_code == 416
        assert served.headers["content-range"] == "bytes */1040"
        assert served.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("header", [None, "", "lines=1-2", "bytes=a-b", "bytes=-", "bytes=9-1", "bytes=0-1,4-5"])
def test_a_range_that_may_be_ignored_is(header: str | None) -> None:
    assert read_range(header, 100) is None


async def test_who_has_the_bytes_gets_a_304(client: httpx.AsyncClient) -> None:
    asset = await upload(client, TEXT)
    path, etag = f"/v1/assets/{asset['id']}/content", f'"{asset["sha256"]}"'

    same = await client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
    other = await client.get(path, headers={"if-none-match": '"other"'})
    resumed = await client.get(path, headers={"if-range": etag, "range": "bytes=0-0"})
    changed = await client.get(path, headers={"if-range": '"old"', "range": "bytes=0-0"})

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == etag
    assert (other.status_code, resumed.status_code, changed.status_code) == (200, 206, 200)


async def test_a_signed_url_opens_without_a_key_and_keeps_ranges(client: httpx.AsyncClient) -> None:
    asset = await upload(client, TEXT)
    url = urlsplit(asset["url"])
    client.headers.pop("Authorization")

    served = await client.get(f"{url.path}?{url.query}", headers={"range": "bytes=0-3"})

    assert (served.status_code, served.content) == (206, TEXT[:4])


async def test_a_tampered_or_expired_url_is_forbidden_even_with_a_key(client: httpx.AsyncClient) -> None:
    asset, other = await upload(client, TEXT), await upload(client, b"other")
    given = {name: value[0] for name, value in parse_qs(urlsplit(asset["url"]).query).items()}
    path = f"/v1/assets/{asset['id']}/content"
    old = {"expires": "1000", "signature": sign("asset", f"{asset['id']}\n1000")}

    answers = [
        await client.get(path, params={**given, "expires": str(int(given["expires"]) + 1)}),
        await client.get(path, params={**given, "signature": given["signature"][:-1] + "x"}),
        await client.get(path, params={"expires": given["expires"]}),
        await client.get(path, params={"signature": given["signature"]}),
        await client.get(path, params={**given, "signature": "é"}),
        await client.get(f"/v1/assets/{other['id']}/content", params=given),
        await client.get(path, params=old),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)


async def test_a_url_of_an_asset_that_is_gone_is_not_found(client: httpx.AsyncClient) -> None:
    gone = uuid7()
    signature = sign("asset", f"{gone}\n9999999999")

    response = await client.get(f"/v1/assets/{gone}/content?expires=9999999999&signature={signature}")

    assert response.status_code == 404


async def test_assets_are_listed_newest_first(client: httpx.AsyncClient) -> None:
    made = [(await upload(client, f"text {n}".encode()))["id"] for n in range(3)]
    await upload(client, png(2, 2))

    first = (await client.get("/v1/assets?limit=2&media_type=text/plain")).json()
    second = (await client.get(f"/v1/assets?limit=2&media_type=text/plain&cursor={first['next_cursor']}")).json()

    assert [asset["id"] for page in (first, second) for asset in page["data"]] == made[::-1]


async def test_what_a_job_made_can_be_opened_by_the_url_in_its_output(client: httpx.AsyncClient, mill: Mill) -> None:
    job = mill.accept("shop.keep", {"text": "hello"})
    mill.work_until_idle()
    mill_store = mill.store

    shown = (await client.get(f"/v1/jobs/{job}")).json()

    asset = shown["output"]["assets"][0]
    url = urlsplit(asset["url"])
    assert url.path == f"/v1/assets/{asset['id']}/content"
    assert mill_store.path(asset["sha256"]).is_file()
    served = await client.get(f"{url.path}?{url.query}")
    assert hashlib.sha256(served.content).hexdigest() == asset["sha256"]


async def test_an_upload_to_a_full_store_is_a_507_and_leaves_nothing(client: httpx.AsyncClient, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        response = await client.post("/v1/assets", content=b"text " * 10_000, headers={"Content-Type": "text/plain"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert response.status_code == 507
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "store-full"
    assert list((tmp_path / "store" / "incoming").iterdir()) == []
    assert (await upload(client, TEXT))["bytes"] == len(TEXT)
