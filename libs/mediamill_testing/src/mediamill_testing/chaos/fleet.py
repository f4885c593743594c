"""The fleet: workers and conductors as plain processes, kept at the wanted number whatever is done to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mediamill import clock
from mill.stack.processes import spawn

SLOTS = 4
COMMANDS: dict[str, Sequence[str]] = {
    "worker": ("-m", "mediamill.handlers.worker", "--queues", "test", "--slots", str(SLOTS)),
    "conductor": ("-m", "conductor"),
}
KEEP_S = 0.1
DRAIN_PATIENCE_S = 30.0
"""A stopping worker hands back after a second; one that is still there after this is stuck."""


class Member:
    """A process of the fleet."""

    def __init__(self, role: str, process: subprocess.Popen[bytes]) -> None:
        self.role = role
        self.process = process
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

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = dict(env)
        self._lock = threading.RLock()
        self._members: list[Member] = []
        self.wanted = {"worker": 2, "conductor": 1}
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
            if not member.killed and not ended_well:
                self._note(
                    member, code, "ended of its own accord" if member.told_to_end is None else "did not end well"
                )

    def _note(self, member: Member, code: int, why: str) -> None:
        self.exits.append(Exit(member.role, member.pid, code, clock.now(), why))

    def _adjust(self) -> None:
        for role, number in self.wanted.items():
            living = self.of(role)
            for _ in range(number - len(living)):
                self._members.append(Member(role, self._start(role)))
            for member in living[number:]:
                member.told_to_end = clock.monotonic()
                with suppress(ProcessLookupError):
                    os.kill(member.pid, signal.SIGTERM)

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        argv = [sys.executable, *COMMANDS[role]]
        return spawn(argv, self._folder / f"{role}.log", env=self._env, dies_by=signal.SIGKILL)
