"""The private Valkey, for real."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from mill.stack.errors import PortTaken
from mill.stack.processes import is_alive
from mill.stack.valkey import RunningValkey, start_valkey


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[RunningValkey]:
    running = start_valkey(tmp_path / "vk")
    yield running
    running.stop()


def _client(running: RunningValkey) -> redis.Redis:
    return redis.Redis.from_url(running.url, decode_responses=True)


def test_it_keeps_every_write_and_never_drops_a_key_for_room(valkey: RunningValkey) -> None:
    with closing(_client(valkey)) as client:
        told = [client.config_get(name)[name] for name in ("appendonly", "maxmemory-policy", "bind")]

    assert told == ["yes", "noeviction", "127.0.0.1"]


def test_a_wrong_password_and_none_are_refused(valkey: RunningValkey) -> None:
    wrong = redis.Redis(port=valkey.port, password="wrong")
    without = redis.Redis(port=valkey.port)

    with closing(wrong), pytest.raises(redis.AuthenticationError):
        wrong.ping()
    with closing(without), pytest.raises(redis.AuthenticationError):
        without.ping()


def test_what_was_written_survives_a_killed_server(tmp_path: Path) -> None:
    first = start_valkey(tmp_path / "vk")
    with closing(_client(first)) as client:
        client.lpush("queue", "message")
        client.waitaof(1, 0, 5000)
    os.kill(first.identity.pid, signal.SIGKILL)
    first.process.wait()

    second = start_valkey(tmp_path / "vk")

    with closing(_client(second)) as client:
        assert client.lrange("queue", 0, -1) == ["message"]
    second.stop()
    assert not is_alive(second.identity)


def test_a_server_that_still_runs_on_the_folder_is_ended_before_the_next_one_starts(tmp_path: Path) -> None:
    first = start_valkey(tmp_path / "vk")

    second = start_valkey(tmp_path / "vk")

    assert not is_alive(first.identity)
    first.process.wait()
    second.stop()


def test_the_password_is_in_no_argument_and_in_no_readable_file(valkey: RunningValkey, tmp_path: Path) -> None:
    password = valkey.url.partition(":")[2].removeprefix("//:").partition("@")[0]

    arguments = Path(f"/proc/{valkey.identity.pid}/cmdline").read_text()
    holders = [path for path in (tmp_path / "vk").iterdir() if path.is_file() and password in path.read_text()]

    assert password not in arguments
    assert {path.stat().st_mode & 0o077 for path in holders} == {0}


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)):
            start_valkey(tmp_path / "vk", port=port)


def test_the_same_port_can_be_had_again_at_once(tmp_path: Path) -> None:
    first = start_valkey(tmp_path / "vk")
    with closing(_client(first)) as client:
        client.ping()
    first.stop()

    second = start_valkey(tmp_path / "vk", port=first.port)

    second.stop()
    assert second.port == first.port
