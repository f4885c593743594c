from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mediamill.assets.cache import Cache
from mediamill.errors import StoreAway
from mediamill_testing.stacks import until

SIZE = 100_000


def blobs(folder: Path) -> list[Path]:
    return [path for path in (folder / "blobs").rglob("*") if path.is_file()]


class Remote:
    """A store of so many blobs, which counts how often each was fetched."""

    def __init__(self, count: int) -> None:
        self.contents = [bytes([number]) * SIZE for number in range(count)]
        self.names = [hashlib.sha256(content).hexdigest() for content in self.contents]
        self.fetched: list[int] = []

    def fetch(self, number: int) -> Callable[[], Iterator[bytes]]:
        def give() -> Iterator[bytes]:
            self.fetched.append(number)
            yield self.contents[number]

        return give


def test_a_blob_is_fetched_once_and_then_at_hand_for_every_process(tmp_path: Path) -> None:
    remote, cache = Remote(1), Cache(tmp_path, 10 * SIZE)

    for user in (cache, cache, Cache(tmp_path, 10 * SIZE)):
        with user.lend(remote.names[0], remote.fetch(0)) as path:
            assert path.read_bytes() == remote.contents[0]

    assert remote.fetched == [0]
    assert not path.exists()


def test_the_folder_holds_no_more_than_it_may_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    remote, cache = Remote(12), Cache(tmp_path, 5 * SIZE)
    for number in range(12):
        with cache.lend(remote.names[number], remote.fetch(number)):
            pass
        os.utime(next(path for path in blobs(tmp_path) if path.name == remote.names[number]), (number, number))

    cache.shrink_to(5 * SIZE)

    held = {path.name for path in blobs(tmp_path)}
    assert len(held) <= 5
    assert {*remote.names[9:]} <= held


def test_what_somebody_works_with_stays_when_all_else_goes(tmp_path: Path) -> None:
    remote, cache = Remote(2), Cache(tmp_path, 5 * SIZE)

    with cache.lend(remote.names[0], remote.fetch(0)) as path:
        with cache.lend(remote.names[1], remote.fetch(1)):
            pass
        Cache(tmp_path, SIZE).shrink_to(0)
        cache.drop(remote.names[0])

        assert path.read_bytes() == remote.contents[0]
    assert blobs(tmp_path) == []


def test_a_blob_that_was_damaged_on_the_disk_is_fetched_anew(tmp_path: Path) -> None:
    remote = Remote(1)
    with Cache(tmp_path, 5 * SIZE).lend(remote.names[0], remote.fetch(0)):
        pass
    (kept,) = blobs(tmp_path)
    kept.chmod(0o600)
    kept.write_bytes(b"damaged")

    with Cache(tmp_path, 5 * SIZE).lend(remote.names[0], remote.fetch(0)) as path:
        assert path.read_bytes() == remote.contents[0]

    assert remote.fetched == [0, 0]


def test_bytes_that_are_not_what_they_are_called_are_not_kept(tmp_path: Path) -> None:
    remote, cache = Remote(2), Cache(tmp_path, 5 * SIZE)

    with pytest.raises(StoreAway, match=remote.names[0]), cache.lend(remote.names[0], remote.fetch(1)):
        pass

    assert blobs(tmp_path) == []
    assert [path.name for path in cache.workplace.iterdir()] == [".lock"]


def test_two_threads_that_want_the_same_fetch_it_once(tmp_path: Path) -> None:
    remote, cache, gate = Remote(1), Cache(tmp_path, 5 * SIZE), threading.Barrier(4)

    def use() -> None:
        gate.wait()
        with cache.lend(remote.names[0], remote.fetch(0)):
            pass

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert remote.fetched == [0]


_KILLED = """
import sys, time
from pathlib import Path
from mediamill.assets.cache import Cache
cache = Cache(Path(sys.argv[1]), 10**6)
def endless():
    while True:
        yield b"x" * 1000
        print("begun", flush=True)
        time.sleep(0.05)
with cache.lend("ab" * 32, endless):
    pass
"""


def test_what_a_killed_process_had_begun_is_no_blob_and_is_cleared_away(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    (left,) = (tmp_path / "at-work").iterdir()

    living = Cache(tmp_path, 10**6)
    assert left.exists()

    child.kill()
    child.wait()
    assert until(lambda: living.clear_abandoned() == 1, 10)
    assert [*(tmp_path / "at-work").iterdir()] == [living.workplace]
    assert blobs(tmp_path) == []


def test_somebody_elses_folder_is_not_trusted(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    link = tmp_path / "link"
    link.symlink_to(theirs)

    with pytest.raises(PermissionError, match="another user"):
        Cache(link, SIZE)
