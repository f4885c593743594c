"""What every store does alike: on a disk, and in the buckets of two servers."""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mediamill.assets.objects import PART
from mediamill.assets.store import Store, open_store
from mediamill.errors import NotFound
from mediamill.settings import Settings
from mediamill_testing.buckets import Bucket

pytestmark = pytest.mark.xdist_group("buckets")


@pytest.fixture(params=["disk", "conditional", "checking"])
def bucket(request: pytest.FixtureRequest) -> Bucket | None:
    """Where a test's store is: on a disk, or in the bucket of one of two servers."""
    found: Bucket | None = None if request.param == "disk" else request.getfixturevalue(request.param)
    return found


@pytest.fixture
def store(bucket: Bucket | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with nothing at hand."""
    return opened(bucket, tmp_path, monkeypatch)


def opened(bucket: Bucket | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if bucket is None:
        return open_store(Settings(store_url=(folder / "store").as_uri()))
    for name, value in bucket.settings.items():
        monkeypatch.setenv(name, value)
    return open_store(Settings(store_url=bucket.url, store_cache=str(folder / "cache")))


def fresh(size: int = 30_000) -> tuple[bytes, str]:
    """Draw bytes that no other test has, and tell their name."""
    content = os.urandom(size)
    return content, hashlib.sha256(content).hexdigest()


def test_what_is_put_in_pieces_is_lent_and_read_under_its_hash(store: Store) -> None:
    content, sha256 = fresh()

    blob = store.put([content[:7], content[7:]], "image/png")

    assert blob == (sha256, len(content))
    assert store.has(sha256)
    assert b"".join(store.pieces(sha256)) == content
    with store.lend(sha256) as path:
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o222 == 0


def test_a_range_is_read_without_the_rest(store: Store) -> None:
    content, sha256 = fresh()
    store.put([content])

    assert b"".join(store.pieces(sha256, 100, 2_000)) == content[100:2_000]
    assert b"".join(store.pieces(sha256, 29_999)) == content[29_999:]


def test_what_goes_in_parts_comes_back_whole(store: Store) -> None:
    content, sha256 = fresh(PART + 1)

    store.put([content])
    store.put([content])

    assert b"".join(store.pieces(sha256)) == content
    assert b"".join(store.pieces(sha256, PART - 5, PART + 1)) == content[-6:]


def test_an_adopted_file_is_gone_from_its_place_and_in_the_store(store: Store, tmp_path: Path) -> None:
    content, sha256 = fresh()
    made = tmp_path / "made"
    made.write_bytes(content)

    assert store.adopt(made, "video/mp4") == (sha256, len(content))

    assert not made.exists()
    assert b"".join(store.pieces(sha256)) == content


def test_of_a_symlink_the_bytes_are_adopted_and_the_file_stays(store: Store, tmp_path: Path) -> None:
    content, sha256 = fresh()
    (tmp_path / "original").write_bytes(content)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "original")

    store.adopt(link)

    assert (tmp_path / "original").read_bytes() == content
    assert store.has(sha256)


def test_an_intake_that_nobody_takes_leaves_nothing(store: Store) -> None:
    content, sha256 = fresh()

    with store.intake() as intake:
        intake.write(content)
        path = intake.path

    assert not path.exists()
    assert not store.has(sha256)


def test_what_is_not_there_is_told_before_the_first_piece(store: Store) -> None:
    _, sha256 = fresh()

    with pytest.raises(NotFound, match=sha256):
        store.pieces(sha256)
    with pytest.raises(NotFound, match=sha256), store.lend(sha256):
        pass
    assert not store.has(sha256)


def test_removed_bytes_are_gone_also_where_they_were_at_hand(store: Store) -> None:
    content, sha256 = fresh()
    store.put([content])

    store.remove(sha256)
    store.remove(sha256)

    with pytest.raises(NotFound), store.lend(sha256):
        pass


def test_what_is_young_stays_if_only_the_old_is_to_go(store: Store) -> None:
    content, sha256 = fresh()
    store.put([content])

    assert not store.remove(sha256, unless_younger_s=3600)
    assert store.has(sha256)


def test_blobs_are_listed_by_the_first_digits_of_their_names(store: Store) -> None:
    content, sha256 = fresh()
    store.put([content])

    found = {blob.sha256: blob for blob in store.blobs(sha256[:2])}

    assert found[sha256].bytes == len(content)
    assert abs((datetime.now(UTC) - found[sha256].modified_at).total_seconds()) < 60
    assert all(name.startswith(sha256[:2]) for name in found)


def test_many_threads_that_want_the_same_get_all_of_it(
    bucket: Bucket | None, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, sha256 = fresh()
    store.put([content])
    elsewhere = opened(bucket, tmp_path if bucket is None else tmp_path / "elsewhere", monkeypatch)
    gate = threading.Barrier(8)

    def read(_: int) -> bytes:
        gate.wait()
        with elsewhere.lend(sha256) as path:
            return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(8))) == {content}
