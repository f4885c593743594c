from __future__ import annotations

import hashlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mediamill.assets.files import FileStore
from mediamill.assets.store import open_store
from mediamill.errors import NotFound, StoreFull
from mediamill.settings import Settings

CONTENT = b"some bytes" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_what_is_put_is_found_under_its_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path)

    blob = store.put([CONTENT[:7], CONTENT[7:]])

    assert blob == (SHA256, len(CONTENT))
    assert store.path(SHA256).read_bytes() == CONTENT
    assert store.path(SHA256) == tmp_path / SHA256[:2] / SHA256[2:4] / SHA256


def test_an_adopted_file_is_moved_and_cannot_be_written(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    made = tmp_path / "made.png"
    made.write_bytes(CONTENT)

    blob = store.adopt(made)

    assert blob == (SHA256, len(CONTENT))
    assert not made.exists()
    assert store.path(SHA256).stat().st_mode & 0o222 == 0


def test_a_symlink_is_copied_and_what_it_points_to_stays(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    original = tmp_path / "original"
    original.write_bytes(CONTENT)
    link = tmp_path / "link"
    link.symlink_to(original)

    store.adopt(link)

    assert original.read_bytes() == CONTENT
    assert not store.path(SHA256).is_symlink()


def test_an_intake_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    store = FileStore(tmp_path)

    with suppress(ZeroDivisionError), store.intake() as intake:
        intake.write(CONTENT)
        raise ZeroDivisionError

    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_putting_again_heals_a_damaged_copy(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.put([CONTENT])
    store.path(SHA256).chmod(0o644)
    store.path(SHA256).write_bytes(b"damaged")

    store.put([CONTENT])

    assert store.path(SHA256).read_bytes() == CONTENT


def test_missing_and_removed_bytes_are_not_found(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.put([CONTENT])

    store.remove(SHA256)
    store.remove(SHA256)

    with pytest.raises(NotFound, match=SHA256):
        store.path(SHA256)


def test_only_old_leftovers_are_cleared(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (1, 1))

    cleared = store.clear_abandoned()

    assert cleared == 1
    assert young.exists()


def test_an_unknown_scheme_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="ftp://bucket"):
        open_store(Settings(store_url="ftp://bucket"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("a disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_told_and_keeps_nothing_half(small_disk: Path) -> None:
    store = FileStore(small_disk)
    store.put([CONTENT])

    with pytest.raises(StoreFull):
        store.put([os.urandom(1 << 20)] * 2)

    kept = [path for path in small_disk.rglob("*") if path.is_file()]
    assert kept == [store.path(SHA256)]
    assert store.put([b"small"]).bytes == 5


def test_a_file_that_may_not_grow_is_a_full_store_too(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = FileStore(tmp_path)

    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
        with pytest.raises(StoreFull):
            store.put([CONTENT])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
