"""The private Postgres, for real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mill.stack.errors import PortTaken
from mill.stack.postgres import RunningPostgres, start_postgres
from mill.stack.processes import Identity, identify, is_alive, wait_gone


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[RunningPostgres]:
    running = start_postgres(tmp_path / "pg")
    yield running
    running.stop()


def test_a_fresh_postgres_answers_on_loopback_only_with_durable_writes(postgres: RunningPostgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        settings = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'listen_addresses', 'jit', 'TimeZone')"
            ).fetchall()
        )
        database = connection.execute("SELECT current_database()").fetchone()

    assert settings == {"fsync": "on", "listen_addresses": "127.0.0.1", "jit": "off", "TimeZone": "UTC"}
    assert database == ("mediamill",)


def test_a_wrong_password_is_refused(postgres: RunningPostgres) -> None:
    user, _, rest = postgres.url.partition("mediamill:")
    wrong = f"{user}mediamill:wrong@{rest.partition('@')[2]}"

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_what_was_committed_survives_a_killed_server(tmp_path: Path) -> None:
    first = start_postgres(tmp_path / "pg")
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(first.identity.pid, signal.SIGKILL)
    first.process.wait()

    second = start_postgres(tmp_path / "pg")

    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    second.stop()
    assert not is_alive(second.identity)


def test_a_server_that_still_runs_on_the_folder_is_ended_before_the_next_one_starts(tmp_path: Path) -> None:
    first = start_postgres(tmp_path / "pg")

    second = start_postgres(tmp_path / "pg")

    assert not is_alive(first.identity)
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    first.process.wait()
    second.stop()


def test_a_pid_file_that_names_a_stranger_harms_neither_the_stranger_nor_the_start(tmp_path: Path) -> None:
    start_postgres(tmp_path / "pg").stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (tmp_path / "pg" / "cluster" / "postmaster.pid").write_text(f"{stranger.pid}\n/somewhere\n")

    running = start_postgres(tmp_path / "pg")

    assert stranger.poll() is None
    running.stop()
    stranger.kill()
    stranger.wait()


def test_two_live_side_by_side_with_passwords_of_their_own(tmp_path: Path, postgres: RunningPostgres) -> None:
    other = start_postgres(tmp_path / "other")

    with psycopg.connect(other.url) as connection:
        connection.execute("CREATE TABLE only_here ()")
    with psycopg.connect(postgres.url) as connection:
        found = connection.execute("SELECT to_regclass('only_here')").fetchone()

    other.stop()
    assert found == (None,)
    assert other.url.partition("@")[0] != postgres.url.partition("@")[0]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)):
            start_postgres(tmp_path / "pg", port=port)


def test_it_goes_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from mill.stack import start_postgres\n"
        "running = start_postgres(Path(sys.argv[1])); print(*running.identity, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "pg")], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid, started = starter.stdout.readline().split()
    server = Identity(int(pid), started)
    assert identify(server.pid) == server

    starter.kill()
    starter.wait()

    assert wait_gone([server], 15) == []
    starter.stdout.close()
