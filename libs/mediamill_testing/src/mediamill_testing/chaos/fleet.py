"""The fleet: workers, conductors and gateways as plain processes, kept at the wanted number."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mediamill import clock
from mill.stack.processes import spawn

SLOTS = 4
COMMANDS: dict[str, Sequence[str]] = {
    "worker": ("-m", "mediamill_testing.chaos.worker", "--queues", "test", "--slots", str(SLOTS)),
    "conductor": ("-m", "conductor"),
    "gateway": ("-m", "gateway"),
}
KEEP_S = 0.1
DRAIN_PATIENCE_S = 30.0
"""A stopping worker hands back after a second; one that is still there after this is stuck."""


class Member:
    """A process of the fleet."""

    def __init__(self, role: str, process: subprocess.Popen[bytes], clock: Path, port: int | None) -> None:
        self.role = role
        self.process = process
        self.clock, self.port = clock, port
        self.told_to_end: float | None = None
        self.killed = False

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid


class Exit(NamedTuple):
    """An end that nobody asked for, or that took too long."""

    role: str
    pid: int
    code: int
    at: datetime
    why: str


class Fleet:
    """Starts what is missing, stops what is too many, and remembers who ended of its own accord."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], ports: Sequence[int], is_victim: Callable[[int], bool]
    ) -> None:
        self._folder = folder
        self._env = dict(env)
        self._lock = threading.RLock()
        self._members: list[Member] = []
        self._ports, self._is_victim, self._numbers = list(ports), is_victim, itertools.count()
        self.wanted = {"worker": 2, "conductor": 1, "gateway": len(self._ports)}
        self.generations: tuple[int, ...] = (1,)
        """The code that workers have which start from now on."""
        self.exits: list[Exit] = []
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep_for_ever, name="keeper", daemon=True)
        self._keeper.start()

    def of(self, role: str) -> list[Member]:
        """Give the members of a role that live and were not told to end."""
        with self._lock:
            return [m for m in self._members if m.role == role and m.told_to_end is None and m.process.poll() is None]

    def kill(self, pid: int) -> bool:
        """Kill a member at once; false if it is gone already."""
        with self._lock:
            for member in self._members:
                if member.pid == pid and member.process.poll() is None:
                    member.killed = True
                    member.process.kill()
                    return True
        return False

    def replace(self, pid: int) -> None:
        """Tell a member to end, so that another of the code of today takes its place."""
        with self._lock:
            for member in self._members:
                if member.pid == pid and member.told_to_end is None:
                    self._end(member)

    def close(self) -> None:
        """Stop all in good order, and what does not stop by force."""
        with self._lock:
            self.wanted = dict.fromkeys(self.wanted, 0)
        until = clock.monotonic() + DRAIN_PATIENCE_S + 5
        while self._members and clock.monotonic() < until:
            self._closing.wait(KEEP_S)
        self._closing.set()
        self._keeper.join()

    def _keep_for_ever(self) -> None:
        while not self._closing.wait(KEEP_S):
            with self._lock:
                self._reap()
                self._adjust()

    def _reap(self) -> None:
        for member in list(self._members):
            code = member.process.poll()
            overdue = member.told_to_end is not None and clock.monotonic() > member.told_to_end + DRAIN_PATIENCE_S
            if code is None and overdue:
                self._note(member, 0, "did not stop when told to")
                member.killed = True
                member.process.kill()
            if code is None:
                continue
            self._members.remove(member)
            ended_well = member.told_to_end is not None and code in {0, -signal.SIGTERM}
            if not member.killed and not ended_well and not self._is_victim(member.pid):
                self._note(
                    member, code, "ended of its own accord" if member.told_to_end is None else "did not end well"
                )

    def _note(self, member: Member, code: int, why: str) -> None:
        self.exits.append(Exit(member.role, member.pid, code, clock.now(), why))

    def _adjust(self) -> None:
        for role, number in self.wanted.items():
            living = self.of(role)
            for _ in range(number - len(living)):
                self._members.append(self._start(role))
            for member in living[number:]:
                self._end(member)

    def _end(self, member: Member) -> None:
        member.told_to_end = clock.monotonic()
        with suppress(ProcessLookupError):
            os.kill(member.pid, signal.SIGTERM)

    def _start(self, role: str) -> Member:
        argv, port = [sys.executable, *COMMANDS[role]], None
        steps = self._folder / "clocks" / str(next(self._numbers))
        env = {
            **self._env,
            "MEDIAMILL_TEST_CLOCK": str(steps),
            "MEDIAMILL_TEST_GENERATIONS": json.dumps(self.generations),
        }
        if role == "gateway":
            taken = {member.port for member in self.of(role)}
            port = next(port for port in self._ports if port not in taken)
            argv += ["--port", str(port)]
        process = spawn(argv, self._folder / f"{role}.log", env=env, dies_by=signal.SIGKILL)
        return Member(role, process, steps, port)
