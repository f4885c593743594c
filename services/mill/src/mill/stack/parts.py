"""The parts of the stack, all told the same way: start, ask whether ready, ask whether dead, stop."""

from __future__ import annotations

import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mill.stack.errors import DidNotStart
from mill.stack.layout import Layout
from mill.stack.ports import is_free
from mill.stack.postgres import RunningPostgres, start_postgres
from mill.stack.processes import Identity, end, identify, spawn
from mill.stack.state import PartState
from mill.stack.valkey import RunningValkey, start_valkey

_LAST_LINES, _TAIL_CHARACTERS = 2, 800


class Part(ABC):
    """One process that the supervisor keeps alive."""

    name: str
    log: Path
    port: int | None = None
    restarts: int = 0

    @abstractmethod
    def start(self) -> None:
        """Start it; what is a server for the others answers when this returns."""

    @abstractmethod
    def stop(self) -> None:
        """End it in good order, whatever it takes; harmless when it is not running."""

    @property
    @abstractmethod
    def process(self) -> subprocess.Popen[bytes] | None:
        """The process, once it was started."""

    def is_ready(self) -> bool:
        """Tell whether it does its work."""
        return self.exit_code() is None

    def exit_code(self) -> int | None:
        """Give how it ended, or ``None`` while it runs or was never started."""
        return self.process.poll() if self.process else None

    def state(self) -> PartState | None:
        """Give what is to be written down of it."""
        if self.process is None or (identity := identify(self.process.pid)) is None:
            return None
        return PartState(
            name=self.name,
            pid=identity.pid,
            started=identity.started,
            port=self.port,
            restarts=self.restarts,
            log=str(self.log),
        )


class PostgresPart(Part):
    """The embedded database; keeps its port for life, since everybody was told it."""

    name = "postgres"

    def __init__(self, layout: Layout, preferred_port: int | None) -> None:
        self.log = layout.log(self.name)
        self.port = preferred_port if preferred_port and is_free(preferred_port) else None
        self._data = layout.postgres
        self.running: RunningPostgres | None = None

    def start(self) -> None:
        """Start it on the port that it had."""
        self.running = start_postgres(self._data, port=self.port, log=self.log)
        self.port = self.running.port

    def stop(self) -> None:
        """Fast shutdown."""
        if self.running:
            self.running.stop()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The postmaster."""
        return self.running.process if self.running else None


class ValkeyPart(Part):
    """The embedded broker; keeps its port for life, since everybody was told it."""

    name = "valkey"

    def __init__(self, layout: Layout, preferred_port: int | None) -> None:
        self.log = layout.log(self.name)
        self.port = preferred_port if preferred_port and is_free(preferred_port) else None
        self._data = layout.valkey
        self.running: RunningValkey | None = None

    def start(self) -> None:
        """Start it on the port that it had."""
        self.running = start_valkey(self._data, port=self.port, log=self.log)
        self.port = self.running.port

    def stop(self) -> None:
        """Let it write and go."""
        if self.running:
            self.running.stop()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server."""
        return self.running.process if self.running else None


class ProgramPart(Part):
    """A program of Mediamill's own."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        layout: Layout,
        env: Mapping[str, str],
        *,
        ready: Callable[[int], bool] = lambda pid: identify(pid) is not None,
        port: int | None = None,
        grace_s: float = 10,
    ) -> None:
        self.name = name
        self.log = layout.log(name)
        self.port = port
        self._argv = argv
        self._cwd = layout.data
        self._env = env
        self._ready = ready
        self._grace_s = grace_s
        self._process: subprocess.Popen[bytes] | None = None
        self._identity: Identity | None = None

    def start(self) -> None:
        """Start it; it is killed with its supervisor, since without one nobody would restart what it needs."""
        self._process = spawn(self._argv, self.log, env=self._env, dies_by=signal.SIGKILL, cwd=self._cwd)
        self._identity = identify(self._process.pid)

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        if self._process is not None:
            if self._identity is not None:
                end(self._identity, signal.SIGTERM, self._grace_s)
            self._process.wait()

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The program's process."""
        return self._process

    def is_ready(self) -> bool:
        """Ask the probe."""
        return self._process is not None and self._process.poll() is None and self._ready(self._process.pid)


class Errand:
    """A program that prepares something and ends."""

    def __init__(self, name: str, argv: Sequence[str | Path], layout: Layout, env: Mapping[str, str]) -> None:
        self._name = name
        self._log = layout.log(name)
        self._process = spawn(argv, self._log, env=env, dies_by=signal.SIGKILL, cwd=layout.data)

    def finish(self, timeout_s: float) -> None:
        """Wait for its end. Raises ``DidNotStart`` with what it said last when it failed or takes too long."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise DidNotStart(f"{self._name} did not end within {timeout_s:.0f} s.", log=self._log) from None
        finally:
            self.drop()
        if code:
            raise DidNotStart(f"{self._name} failed with exit code {code}: {tail(self._log)}", log=self._log)

    def drop(self) -> None:
        """End it if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def tail(log: Path) -> str:
    """Give the last words of a log: of a traceback, the error itself."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_LAST_LINES:])[-_TAIL_CHARACTERS:]
