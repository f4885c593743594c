"""What is migrated before, during and after old code runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import text

from mediamill.db import migrate as program
from mediamill.db.migrate import alembic_config, migrate
from mediamill.db.revision import Migration, Phase, current, head, needed, serves, shipped
from mediamill.db.rollout import MigrationRefused, Pending, pending, refuse_beside_old_code
from mediamill.db.session import Database, database
from mediamill.settings import Settings, settings

OLD = Migration("0090", Phase.PRE, "widen")
CUT = Migration("0091", Phase.POST, "cut")
NEXT = Migration("0092", Phase.PRE, "widen_again")


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Database]:
    """A database with nothing in it."""
    name = "empty_for_migrations"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        db = Database(Settings(database_url=SecretStr(f"{postgres_url.rpartition('/')[0]}/{name}")))
        yield db
        db.engine.dispose()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def session(url: str, name: str) -> Iterator[psycopg.Connection]:
    """Stay connected under a name."""
    with psycopg.connect(url, application_name=name, autocommit=True) as connection:
        yield connection


def test_what_expands_goes_first_and_what_contracts_only_after_it() -> None:
    both = Pending("0089", [OLD, CUT])

    assert both.due(Phase.PRE) == [OLD]
    assert both.due(None) == [OLD, CUT]
    assert Pending("0090", [CUT]).due(Phase.POST) == [CUT]
    with pytest.raises(MigrationRefused, match="0090_pre_widen was not applied"):
        both.due(Phase.POST)


def test_a_release_that_was_not_finished_is_finished_before_the_next_expands() -> None:
    with pytest.raises(MigrationRefused, match=r"0091_post_cut of an earlier release .* 0092_pre_widen_again"):
        Pending("0090", [CUT, NEXT]).due(Phase.PRE)


def test_two_runs_on_an_empty_database_take_turns_and_one_finds_nothing_to_do(empty: Database) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: migrate(empty), range(2)))

    assert sorted(map(len, done)) == [0, len(shipped())]
    with empty.unit_of_work() as connection:
        assert current(connection) == head()


def test_code_serves_a_database_that_a_newer_release_has_expanded_and_migrates_it_no_further(database_url: str) -> None:
    db = Database(Settings(database_url=SecretStr(database_url)))
    with db.unit_of_work() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert migrate(db) == []
    assert [serves(number) for number in (None, "0001", needed(), "9999")] == [False, False, True, True]


def test_nothing_contracts_while_a_process_of_an_older_release_is_connected(database_url: str) -> None:
    db = Database(Settings(database_url=SecretStr(database_url)))
    with db.unit_of_work() as connection, session(database_url, f"mediamill {head()}"):
        refuse_beside_old_code(connection)

    for name in ("mediamill", "mediamill 0001"):
        refused = pytest.raises(MigrationRefused, match=f"1 of {name}")
        with session(database_url, name), db.unit_of_work() as connection, refused:
            refuse_beside_old_code(connection)


def test_a_table_that_is_locked_is_asked_for_again_and_holds_nobody_up_meanwhile(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty)
    with empty.unit_of_work() as connection:
        command.downgrade(alembic_config(connection), "0003")
    monkeypatch.setattr(program, "LOCK_TIMEOUT_S", 0.1)
    url = empty.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    with ThreadPoolExecutor(1) as pool, session(url, "psql") as reader:
        with reader.transaction():
            reader.execute("SELECT count(*) FROM jobs")
            running = pool.submit(migrate, empty)
            asked = [_wait_to_read(url) for _ in range(20)]
            assert not running.done()
        running.result(30)

    with empty.unit_of_work() as connection:
        assert current(connection) == head()
    assert max(asked) < 1


def _wait_to_read(url: str) -> float:
    """Give how long somebody who only wants to read had to wait."""
    with psycopg.connect(url, autocommit=True) as other:
        row = other.execute("SELECT clock_timestamp() - now() FROM (SELECT count(*) FROM jobs) AS all_jobs").fetchone()
    return row[0].total_seconds() if row else 0


def test_the_program_tells_what_is_pending_by_its_exit_code(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDIAMILL_DATABASE_URL", database_url)
    settings.cache_clear()
    database.cache_clear()
    try:
        assert program.main(["--check", "--json"]) == 0
        with database().unit_of_work() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0019'"))
            assert len(pending(connection).migrations) == len(shipped()) - 19
        assert program.main(["--check", "--json"]) == program.PENDING
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (told["revision"], told["applied"], told["pending"][0]) == ("0019", [], "0020_pre_teamfit")
        database().engine.dispose()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        database.cache_clear()
