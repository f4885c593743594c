"""What only a bucket can do, or do wrong."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import httpx
import pytest

from mediamill.assets.store import Store, open_store
from mediamill.errors import StoreAway
from mediamill.settings import Settings
from mediamill_testing.buckets import BUCKET, Bucket
from mediamill_testing.stacks import until

pytestmark = pytest.mark.xdist_group("buckets")


def opened(bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> Store:
    for name, value in {**bucket.settings, **environment}.items():
        monkeypatch.setenv(name, value)
    return open_store(Settings(store_url=bucket.url, store_cache=str(folder / "cache")))


def kept(store: Store, media_type: str = "text/plain") -> tuple[bytes, str]:
    content = os.urandom(3_000)
    store.put([content], media_type)
    return content, hashlib.sha256(content).hexdigest()


def test_a_signed_url_opens_the_bytes_until_it_expires(
    checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(checking, tmp_path, monkeypatch)
    content, sha256 = kept(store)

    url = str(store.link(sha256, 1))

    assert httpx.get(str(store.link(sha256, 60))).content == content
    assert until(lambda: httpx.get(url).status_code == 403, 10)


def test_a_signed_url_that_was_changed_opens_nothing(
    checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(checking, tmp_path, monkeypatch)
    _, sha256 = kept(store)
    _, other = kept(store)
    url = str(store.link(sha256, 60))

    assert httpx.get(url.replace(sha256, other)).status_code in (403, 404)
    assert httpx.get(url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")).status_code == 403
    assert httpx.get(re.sub("Signature=.", "Signature=x", url)).status_code == 403


def test_with_a_wrong_key_the_store_is_away_and_not_merely_empty(
    checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sha256 = kept(opened(checking, tmp_path, monkeypatch))
    stranger = opened(checking, tmp_path, monkeypatch, AWS_SECRET_ACCESS_KEY="not the key")

    with pytest.raises(StoreAway):
        stranger.has(sha256)
    with pytest.raises(StoreAway):
        stranger.put([b"unwelcome"])


def test_equal_bytes_that_were_just_put_are_not_sent_again(
    conditional: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(conditional, tmp_path, monkeypatch)
    content, sha256 = kept(store, "image/png")

    store.put([content], "audio/wav")

    assert httpx.get(str(store.link(sha256, 60))).headers["content-type"] == "image/png"


def test_what_a_browser_would_run_is_only_ever_saved(
    conditional: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(conditional, tmp_path, monkeypatch)
    _, page = kept(store, "text/html")
    _, picture = kept(store, "image/png")

    assert httpx.get(str(store.link(page, 60))).headers["content-disposition"] == "attachment"
    assert "content-disposition" not in httpx.get(str(store.link(picture, 60))).headers


def test_an_object_that_somebody_changed_is_never_handed_out(
    checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, sha256 = kept(opened(checking, tmp_path, monkeypatch))
    place = checking.folder / "buckets" / BUCKET / "of/tests" / sha256[:2] / sha256[2:4] / sha256
    place.write_bytes(b"x" * len(content))
    elsewhere = opened(checking, tmp_path / "elsewhere", monkeypatch)

    with pytest.raises(StoreAway, match=sha256), elsewhere.lend(sha256):
        pass
    assert not any(path.is_file() for path in (tmp_path / "elsewhere" / "cache" / "blobs").rglob("*"))


def test_what_is_named_otherwise_is_no_blob(checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(checking, tmp_path, monkeypatch)
    root = checking.folder / "buckets" / BUCKET / "of/tests/ab"
    root.mkdir(parents=True, exist_ok=True)
    (root / "readme.txt").write_text("put here by hand")

    assert "readme.txt" not in {blob.sha256 for blob in store.blobs("ab")}


def test_a_store_that_is_not_there_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    store = open_store(Settings(store_url="s3://b/c?endpoint=http://127.0.0.1:1", store_cache=str(tmp_path / "cache")))

    with pytest.raises(StoreAway):
        store.has("ab" * 32)


def test_a_bucket_that_is_not_there_is_away_when_something_is_to_be_kept(
    checking: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in checking.settings.items():
        monkeypatch.setenv(name, value)
    url = checking.url.replace(BUCKET, "nobodys")
    store = open_store(Settings(store_url=url, store_cache=str(tmp_path / "cache")))

    with pytest.raises(StoreAway, match="no such bucket"):
        store.put([b"homeless"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://bucket?access_key_id=me", "environment"),
        ("s3://bucket?colour=blue", "colour"),
        ("s3://", "s3://"),
        ("ftp://bucket", "file:///absolute/path"),
    ],
)
def test_a_url_that_names_no_store_is_refused_with_why(url: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        open_store(Settings(store_url=url, store_cache=str(tmp_path)))
