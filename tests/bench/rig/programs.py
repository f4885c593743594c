"""The servers and programs of one system, all started and ended the same way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import clean_environment
from mill.stack import start_postgres, start_valkey
from mill.stack.processes import family, spawn

BENCH = Path(__file__).parents[1]


class Programs:
    """One system's own Postgres and Valkey, tuned as in our stack, and the programs that use them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.ledger = folder / "ledger"
        self.postgres = start_postgres(folder / "postgres")
        self.valkey = start_valkey(folder / "valkey")
        self.env = clean_environment(
            PYTHONPATH=str(BENCH),
            BENCH_DATABASE_URL=self.postgres.url,
            BENCH_BROKER_URL=self.valkey.url,
            BENCH_LEDGER=str(self.ledger),
            MALLOC_ARENA_MAX="2",  # as our own stack has it, so that memory compares
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start a Python program: its module, then its arguments."""
        argv = [sys.executable, "-m", *arguments]
        log = self.folder / f"{name}.log"
        self._running[name] = spawn(argv, log, env=self.env, dies_by=signal.SIGKILL, cwd=self.folder)

    def finish(self, *arguments: str, **more: str) -> None:
        """Run a Python program to its end. Raises ``CalledProcessError``."""
        env: Mapping[str, str] = {**self.env, **more}
        argv: Sequence[str] = [sys.executable, *arguments]
        subprocess.run(argv, env=env, cwd=self.folder, check=True, capture_output=True)

    def kill(self, name: str) -> None:
        """Kill a program with all of its children, as a machine that goes away does."""
        process = self._running.pop(name, None)
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def end(self, name: str) -> None:
        """End a program in good order, and by force after a while."""
        process = self._running.get(name)
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            self._sweep(name)

    def _sweep(self, name: str) -> None:
        process = self._running.pop(name)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()

    def roots(self) -> dict[str, int]:
        """Give the process that each part begins with."""
        servers = {"postgres": self.postgres.identity.pid, "valkey": self.valkey.identity.pid}
        return {**{name: process.pid for name, process in self._running.items()}, **servers}

    def cpu_seconds(self) -> dict[str, float]:
        """Give what each part has used so far, with its children."""
        return {name: tree_seconds(pid) for name, pid in self.roots().items()}

    def memory_mib(self, name: str) -> float:
        """Give a part's memory with its children, shared pages by share (PSS)."""
        return sum(_pss_kib(pid) for pid in family(self._running[name].pid)) / 1024

    def broker(self, *command: str) -> bytes:
        """Give Valkey a command and its answer; a number comes as digits."""
        url = urlsplit(self.valkey.url)
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=10) as connection:
            connection.sendall(_command("AUTH", url.password or "") + _command(*command))
            answers = connection.makefile("rb")
            answers.readline()
            return answers.readline()[1:].strip()

    def close(self) -> None:
        """End everything."""
        for name in reversed(list(self._running)):
            self.end(name)
        self.valkey.stop()
        self.postgres.stop()


def _pss_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def _command(*words: str) -> bytes:
    return b"".join([b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)])
