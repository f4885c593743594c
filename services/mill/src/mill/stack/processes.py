"""Processes of the stack: started so that they end with their parent, recognised by pid and start time."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mediamill.clock import monotonic

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.02


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    started: str
    """What the system tells of its start; only equality means anything. Empty where the system tells nothing."""


class Account(NamedTuple):
    """A user that a child runs as."""

    uid: int
    gid: int


def identify(pid: int) -> Identity | None:
    """Give a live process's identity, or ``None`` when there is none by that pid; a zombie is none."""
    stat = _stat(pid)
    if stat is None:
        return None if can_inspect() or not _signalable(pid) else Identity(pid, "")
    return None if stat[0] in "ZX" else Identity(pid, stat[19])


def can_inspect() -> bool:
    """Tell whether this system shows what its processes are, as Linux does."""
    return Path("/proc/self/stat").exists()


def is_alive(identity: Identity) -> bool:
    """Tell whether that very process lives."""
    return identify(identity.pid) == identity


def wait_gone(identities: Sequence[Identity], seconds: float) -> list[Identity]:
    """Wait until these processes are gone; give those that are still there when the time is up."""
    deadline = monotonic() + seconds
    left = [identity for identity in identities if is_alive(identity)]
    while left and monotonic() < deadline:
        time.sleep(_POLL_S)
        left = [identity for identity in left if is_alive(identity)]
    return left


def send(identity: Identity, number: signal.Signals) -> None:
    """Signal that very process, if it is still there."""
    if is_alive(identity):
        try:
            os.kill(identity.pid, number)
        except ProcessLookupError:
            return


def end(identity: Identity, number: signal.Signals, grace_s: float) -> None:
    """Ask a process to end, and kill it with its group when it has not within the grace."""
    send(identity, number)
    for stubborn in wait_gone([identity], grace_s):
        kill_group(stubborn)
        wait_gone([stubborn], 5)


def kill_group(identity: Identity) -> None:
    """Kill a process, and its process group when it leads one."""
    if not is_alive(identity):
        return
    try:
        if os.getpgid(identity.pid) == identity.pid:
            os.killpg(identity.pid, signal.SIGKILL)
        else:
            os.kill(identity.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def spawn(
    argv: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str],
    dies_by: signal.Signals | None,
    cwd: Path | None = None,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own that gets ``dies_by``, if any, when this process dies (Linux only).

    Call it from the main thread: the system takes the end of the starting thread for the end of the parent.
    """
    with log.open("ab") as sink:
        return subprocess.Popen(
            argv,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            pass_fds=pass_fds,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_dies_with_parent(dies_by),  # noqa: PLW1509 - two system calls, no lock, no allocation that matters
        )


def children(pid: int) -> list[int]:
    """Give the pids of the direct children of a process, where the system tells them."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def family(pid: int) -> list[int]:
    """Give a process and everything below it."""
    return [pid, *(below for child in children(pid) for below in family(child))]


def memory_bytes(pid: int) -> int:
    """Give the resident memory of a process and everything below it, counting a shared page once for each."""
    return sum(_resident(member) for member in family(pid))


def uptime_s(pid: int) -> float | None:
    """Give how long a process has been running, in seconds, where the system tells it."""
    stat = _stat(pid)
    if stat is None:
        return None
    since_boot = float(Path("/proc/uptime").read_text().split()[0])
    return max(0.0, since_boot - int(stat[19]) / os.sysconf("SC_CLK_TCK"))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _stat(pid: int) -> list[str] | None:
    """Give the fields after the command's name of ``/proc/PID/stat``: state first, start time at 19."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _signalable(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _load_prctl() -> ctypes._NamedFuncPointer | None:
    try:
        return ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return None


_prctl = _load_prctl()


def _dies_with_parent(number: signal.Signals | None) -> Callable[[], None] | None:
    if number is None or _prctl is None:
        return None
    prctl = _prctl
    parent = os.getpid()

    def arrange() -> None:
        """Run in the child after it has dropped its user, since a change of user forgets the arrangement."""
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
