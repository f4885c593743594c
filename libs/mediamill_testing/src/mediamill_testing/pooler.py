"""A real PgBouncer out of Debian's archive, in transaction mode: a session belongs to nobody for longer than that."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from mediamill_testing.debian import unpacked
from mediamill_testing.stacks import until
from mill.stack.accounts import own, unprivileged_account
from mill.stack.ports import LOOPBACK, free_port
from mill.stack.processes import spawn

SERVERS = 8
"""So few sessions that all who ask must share them."""

SETTINGS = {"MEDIAMILL_PREPARE_STATEMENTS": "0", "MEDIAMILL_SESSION_OPTIONS": "0", "MEDIAMILL_LIVENESS": "lease"}
"""What every process behind such a pooler is told."""


@contextmanager
def running_pooler(database_url: str) -> Iterator[str]:
    """Run one before a server for the length of the block, and give the URL that goes through it."""
    package, port, account = unpacked("pgbouncer"), free_port(), unprivileged_account()
    behind = make_url(database_url)
    with tempfile.TemporaryDirectory(prefix="pooler-") as name:
        folder = Path(name)
        (folder / "users").write_text(f'"{behind.username}" "{behind.password}"\n')
        (folder / "settings.ini").write_text(_settings(folder, port, behind.host or LOOPBACK, behind.port or 5432))
        for path in (folder, *folder.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)
        own(folder, account)
        program = _reachable(package.program("pgbouncer"), folder)
        env = package.environment()
        argv: list[str | Path] = [program, folder / "settings.ini"]
        process = spawn(argv, folder / "log", env=env, dies_by=signal.SIGKILL, account=account, cwd=folder)
        try:
            until(lambda: _answers(process, folder / "log", port))
            yield behind.set(host=LOOPBACK, port=port).render_as_string(hide_password=False)
        finally:
            process.kill()
            process.wait()


def _settings(folder: Path, port: int, host: str, server_port: int) -> str:
    lines = (
        "[databases]",
        f"* = host={host} port={server_port}",
        "[pgbouncer]",
        f"listen_addr = {LOOPBACK}",
        f"listen_port = {port}",
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        f"auth_file = {folder / 'users'}",
        "pool_mode = transaction",
        f"default_pool_size = {SERVERS}",
        "max_client_conn = 500",
    )
    return "\n".join(lines) + "\n"


def _reachable(program: Path, folder: Path) -> Path:
    """Copy a program to where another user may run it."""
    copy = folder / program.name
    copy.write_bytes(program.read_bytes())
    copy.chmod(0o755)
    return copy


def _answers(process: subprocess.Popen[bytes], log: Path, port: int) -> bool:
    if process.poll() is not None:
        raise RuntimeError(log.read_text()[-2000:])
    try:
        with socket.create_connection((LOOPBACK, port), 1):
            return True
    except OSError:
        return False
