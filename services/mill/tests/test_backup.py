"""What was saved comes back whole, or not at all; what was under way goes on, and nothing is bought twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from mediamill.assets.files import FileStore
from mediamill.jobs.restored import RESTORED
from mediamill.jobs.states import State
from mediamill.settings import Settings
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer
from mill.backup.bring_back import NotEmpty, TooNew, bring_back
from mill.backup.folder import BackupFolder, Busy, Damaged, NoSnapshot
from mill.backup.take import Taken, back_up

Elsewhere = Callable[[Taken], Mill]


def unseen(done: int, total: int) -> None:
    """Watch nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups")


def save(mill: Mill, folder: BackupFolder) -> Taken:
    return back_up(mill.config.database_url.get_secret_value(), mill.store, folder, None, unseen)


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """An empty database on the same server."""
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("CREATE DATABASE restored_here")
        yield f"{postgres_url.rpartition('/')[0]}/restored_here"
        server.execute("DROP DATABASE restored_here WITH (FORCE)")


@pytest.fixture
def elsewhere(folder: BackupFolder, empty_url: str, tmp_path: Path) -> Iterator[Elsewhere]:
    """Brings a backup back in another place, and opens the engine on it."""
    opened: list[Mill] = []

    def restore(taken: Taken) -> Mill:
        there = tmp_path / "elsewhere"
        bring_back(folder, taken.snapshot, empty_url, FileStore(there / "store"), unseen, force=False)
        config = Settings(database_url=SecretStr(empty_url), claim_timeout_s=0.2, secret=SecretStr("test"))
        opened.append(_open(config, there))
        return opened[-1]

    yield restore
    for mill in opened:
        mill.close()


def _open(config: Settings, folder: Path) -> Mill:
    """Open an engine on a database that has a first tenant already."""
    with psycopg.connect(config.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("UPDATE tenants SET name = 'first of before' WHERE name = 'first'")
    return Mill(config, folder)


def facts(mill: Mill, query: str) -> list[Any]:
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(text(query)).scalars())


def test_a_backup_under_load_comes_back_elsewhere_and_all_its_jobs_end_with_nothing_bought_twice(
    mill: Mill, vendor: VendorServer, folder: BackupFolder, elsewhere: Elsewhere
) -> None:
    kept = [mill.accept("shop.keep", {"text": f"kept {number}"}) for number in range(3)]
    mill.work_until_idle()
    asleep = mill.accept("test.sleep", {"seconds": 2})
    is_over = threading.Event()
    work = threading.Thread(target=lambda: [mill.turn() for _ in iter(is_over.is_set, True)])
    work.start()
    until(lambda: mill.state_of(asleep) is State.RUNNING)
    jobs = [mill.accept("test.wait", {"seconds": 0.5}) for _ in range(6)]
    jobs += [mill.accept("test.buy", {}) for _ in range(3)]
    jobs += [mill.accept("test.steps", {"n": 3}), mill.accept("test.fanout", {"n": 3}), asleep]

    taken = save(mill, folder)
    assert vendor.bill.sales() == []
    for _ in range(20):
        mill.accept("test.noop")
    until(lambda: {mill.state_of(job) for job in jobs} <= {State.SUCCEEDED, State.WAITING}, 60)
    is_over.set()
    work.join()
    bought = len(vendor.bill.sales())
    there = elsewhere(taken)
    there.work_until_idle(60)
    for job in jobs:
        assert there.work_until_ended(job, 60) is State.SUCCEEDED

    assert bought == 9
    assert "restored" in [event.data.get("reason") for event in there.events(asleep)]
    assert facts(there, "SELECT id FROM jobs WHERE kind = 'test.noop' AND parent_id IS NULL") == []
    assert sorted(vendor.bill.keys()) == sorted(set(vendor.bill.keys()))
    assert len(vendor.bill.sales()) == bought
    assert [there.state_of(job) for job in kept] == [State.SUCCEEDED] * 3
    assert {there.job(job).delivery >= RESTORED for job in jobs} == {True}
    assert all(there.store.has(sha256) for sha256 in facts(there, "SELECT sha256 FROM assets"))
    assert facts(there, "SELECT job_id FROM events GROUP BY job_id HAVING count(*) <> max(seq)") == []


def test_the_next_backup_copies_what_is_new_and_one_that_was_killed_leaves_nothing_half(
    mill: Mill, folder: BackupFolder
) -> None:
    mill.accept("shop.keep", {"text": "one"})
    mill.work_until_idle()
    first = save(mill, folder)
    folder.begin("killed")
    mill.accept("shop.keep", {"text": "two"})
    mill.work_until_idle()

    second = save(mill, folder)

    assert (first.copied, second.copied, second.snapshot.assets) == (1, 1, 2)
    assert folder.snapshot(None) == second.snapshot
    assert folder.snapshot(first.snapshot.name) == first.snapshot
    assert not folder.dump("killed").parent.exists()
    with pytest.raises(NoSnapshot, match=r"killed in .*; there are: 2"):
        folder.snapshot("killed")
    with folder.alone(), pytest.raises(Busy):
        save(mill, folder)


@pytest.mark.parametrize("harm", ["cut", "changed", "gone", "dump"])
def test_a_damaged_backup_is_refused_before_the_database_is_touched(
    mill: Mill, folder: BackupFolder, empty_url: str, tmp_path: Path, harm: str
) -> None:
    mill.accept("shop.keep", {"text": "dear"})
    mill.work_until_idle()
    snapshot = save(mill, folder).snapshot
    blob = folder.blob(folder.blobs(snapshot.name)[0].sha256)
    content = blob.read_bytes()
    match harm:
        case "cut":
            blob.write_bytes(content[:-1])
        case "changed":
            blob.write_bytes(content[:-1] + b"?")
        case "gone":
            blob.unlink()
        case _:
            folder.dump(snapshot.name).write_bytes(b"no dump")
    store = FileStore(tmp_path / "other")

    with pytest.raises(Damaged):
        bring_back(folder, snapshot, empty_url, store, unseen, force=False)

    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT to_regclass('jobs')").fetchone() == (None,)
    assert list(store.blobs(blob.name[:2])) == []


def test_a_target_that_holds_something_is_left_alone_unless_it_is_to_be_replaced(
    mill: Mill, folder: BackupFolder, elsewhere: Elsewhere, empty_url: str, tmp_path: Path
) -> None:
    taken = save(mill, folder)
    there = elsewhere(taken)
    there.accept("test.noop")
    there.close()
    store = FileStore(tmp_path / "elsewhere" / "store")

    with pytest.raises(NotEmpty):
        bring_back(folder, taken.snapshot, empty_url, store, unseen, force=False)
    with pytest.raises(TooNew):
        bring_back(folder, taken.snapshot.model_copy(update={"revision": "9999"}), empty_url, store, unseen, force=True)
    bring_back(folder, taken.snapshot, empty_url, store, unseen, force=True)

    assert facts(there, "SELECT id FROM jobs") == []


def test_bytes_that_the_store_has_lost_are_told_and_no_snapshot_is_made(mill: Mill, folder: BackupFolder) -> None:
    job = mill.accept("shop.keep", {"text": "lost"})
    mill.work_until_idle()
    mill.store.remove(mill.job(job).output["assets"][0]["sha256"])

    with pytest.raises(Damaged, match="1 blobs"):
        save(mill, folder)

    with pytest.raises(NoSnapshot):
        folder.snapshot(None)
