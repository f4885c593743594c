"""A gateway whose assets are in a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from gateway.app import create_app
from mediamill.settings import Settings
from mediamill_testing.buckets import BUCKET, Bucket, nanio
from mediamill_testing.front import Caller, asking
from mediamill_testing.harness import Mill, engine_registry

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("buckets")]

TEXT = b"some words, " * 10_000


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with nanio(tmp_path_factory.mktemp("nanio")) as found:
        yield found


@pytest.fixture
def in_bucket(config: Settings, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in bucket.settings.items():
        monkeypatch.setenv(name, value)
    return config.model_copy(update={"store_url": bucket.url, "store_cache": str(tmp_path / "cache")})


@pytest.fixture
async def client(in_bucket: Settings, mill: Mill, owner: Caller) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(create_app(in_bucket, engine_registry()), owner) as found:
        yield found


async def upload(client: httpx.AsyncClient, content: bytes = TEXT) -> dict[str, str]:
    answer = await client.post("/v1/assets", content=content, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def place(bucket: Bucket, sha256: str) -> Path:
    return bucket.folder / "buckets" / BUCKET / "of/tests" / sha256[:2] / sha256[2:4] / sha256


def files_in(folder: str) -> list[str]:
    return [path.name for path in Path(folder).rglob("*") if path.is_file()]


async def test_an_upload_lies_in_the_bucket_and_comes_back_whole_or_by_range(
    client: httpx.AsyncClient, bucket: Bucket
) -> None:
    asset = await upload(client)
    url = f"/v1/assets/{asset['id']}/content"

    whole, part = await client.get(url), await client.get(url, headers={"Range": "bytes=5-9"})

    assert asset["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert place(bucket, asset["sha256"]).read_bytes() == TEXT
    assert (whole.status_code, whole.content) == (200, TEXT)
    assert whole.headers["etag"] == f'"{asset["sha256"]}"'
    assert whole.headers["content-type"].startswith("text/plain")
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206,
        TEXT[5:10],
        f"bytes 5-9/{len(TEXT)}",
    )


async def test_a_signed_url_opens_bytes_in_a_bucket_without_a_key(client: httpx.AsyncClient) -> None:
    asset = await upload(client)
    path = asset["url"].split("/", 3)[3]

    answer = await client.get(f"/{path}", headers={"Authorization": ""})

    assert (answer.status_code, answer.content) == (200, TEXT)


async def test_an_upload_that_is_refused_leaves_nothing_in_the_bucket_or_at_hand(
    client: httpx.AsyncClient, bucket: Bucket, in_bucket: Settings
) -> None:
    content = b"x" * (in_bucket.max_upload_bytes + 1)

    answer = await client.post("/v1/assets", content=content, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 413
    assert not place(bucket, hashlib.sha256(content).hexdigest()).exists()
    assert files_in(in_bucket.store_cache) == [".lock"]


async def test_bytes_that_are_gone_from_the_bucket_are_a_404_to_every_method(
    client: httpx.AsyncClient, bucket: Bucket
) -> None:
    asset = await upload(client, b"soon gone")
    place(bucket, asset["sha256"]).unlink()
    url = f"/v1/assets/{asset['id']}/content"

    assert (await client.get(url)).status_code == 404
    assert (await client.head(url)).status_code == 404


async def test_a_bucket_that_does_not_answer_is_a_503_that_says_when_to_come_again(
    in_bucket: Settings, mill: Mill, owner: Caller
) -> None:
    away = in_bucket.model_copy(update={"store_url": f"s3://{BUCKET}?endpoint=http://127.0.0.1:1"})

    async with asking(create_app(away, engine_registry()), owner) as client:
        answer = await client.post("/v1/assets", content=b"x", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("store-away")
    assert int(answer.headers["retry-after"]) > 0


async def test_where_clients_reach_the_bucket_they_are_sent_there(
    in_bucket: Settings, mill: Mill, owner: Caller
) -> None:
    sending = in_bucket.model_copy(update={"store_redirects": True})

    async with asking(create_app(sending, engine_registry()), owner) as client:
        asset = await upload(client)
        answer = await client.get(f"/v1/assets/{asset['id']}/content")

    assert answer.status_code == 302
    async with httpx.AsyncClient() as anybody:
        fetched = await anybody.get(answer.headers["location"], headers={"Range": "bytes=0-3"})
    assert fetched.content == TEXT[:4]
