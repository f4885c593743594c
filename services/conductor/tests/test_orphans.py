from __future__ import annotations

import os
from itertools import chain

from conductor.calendar.orphans import ORPHANED_S, forget_orphans, parts_of
from mediamill_testing.harness import Mill

EVERYTHING = [f"{part:02x}" for part in range(256)]


def grow_old(mill: Mill, sha256: str) -> None:
    os.utime(mill.store.path(sha256), (1, 1))


def test_old_bytes_that_no_row_names_go_and_those_that_one_names_stay(mill: Mill) -> None:
    job = mill.accept("shop.keep", {"text": "named"})
    mill.work_until_idle()
    named = mill.job(job).output["assets"][0]["sha256"]
    orphan = mill.store.put([b"its worker died before the row"]).sha256
    for sha256 in (named, orphan):
        grow_old(mill, sha256)

    assert forget_orphans(mill.db, mill.store, EVERYTHING) == 1
    assert (mill.store.has(named), mill.store.has(orphan)) == (True, False)


def test_young_bytes_may_still_get_their_row(mill: Mill) -> None:
    young = mill.store.put([b"about to be named"]).sha256

    assert forget_orphans(mill.db, mill.store, EVERYTHING) == 0
    assert mill.store.has(young)


def test_bytes_that_are_put_again_while_they_are_looked_at_stay(mill: Mill) -> None:
    sha256 = mill.store.put([b"old, then wanted again"]).sha256
    grow_old(mill, sha256)
    (found,) = mill.store.blobs(sha256[:2])

    mill.store.put([b"old, then wanted again"])

    assert found.modified_at.year == 1970
    assert not mill.store.remove(sha256, unless_younger_s=ORPHANED_S)
    assert mill.store.has(sha256)


def test_every_part_has_its_hour_once_a_day() -> None:
    assert sorted(chain.from_iterable(map(parts_of, range(24)))) == EVERYTHING
