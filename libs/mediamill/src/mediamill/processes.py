"""Child processes that belong to a job: they end with it, whatever ends it.

The runner of a job makes an owner the current one; whatever starts a child inside that job, however deep,
registers it there without being told of jobs. Cancelling the owner ends every child's process group.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO

from mediamill import leftovers
from mediamill.ids import uuid7

TERM_GRACE_S = 0.3
"""Seconds between SIGTERM and SIGKILL: enough to remove a socket or a lock.

What a child still writes is thrown away, and an encoder that is asked to end writes for seconds.
"""

_PR_SET_PDEATHSIG = 1


class Stopped(BaseException):
    """The job that owns this work was stopped; not an ``Exception``, so that no handler eats it."""


class ProcessOwner:
    """The children of one running job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[bytes]] = set()
        self._run = uuid7().hex
        self._had_children = False
        self.stopped = threading.Event()

    @property
    def mark(self) -> dict[str, str]:
        """What a child's environment must hold, so that its descendants are known wherever they go."""
        return {leftovers.MARK: leftovers.mark_of(self._run)}

    def adopt(self, child: subprocess.Popen[bytes]) -> None:
        """Own a child; if the owner is stopped already, end it at once."""
        with self._lock:
            self._children.add(child)
            self._had_children = True
        if self.stopped.is_set():
            _signal_group(child, signal.SIGKILL)

    def release(self, child: subprocess.Popen[bytes]) -> None:
        """Forget a child that has ended."""
        with self._lock:
            self._children.discard(child)

    def stop(self) -> None:
        """End every child: SIGTERM to its group now, SIGKILL after the grace. Returns at once; may be called twice."""
        self.stopped.set()
        with self._lock:
            children = list(self._children)
        for child in children:
            _signal_group(child, signal.SIGTERM)
        if children:
            timer = threading.Timer(TERM_GRACE_S, self.kill)
            timer.daemon = True
            timer.start()

    def kill(self) -> None:
        """End every child and what they started at once, wherever that has gone."""
        self.stopped.set()
        with self._lock:
            children, had_children = list(self._children), self._had_children
        for child in children:
            if child.poll() is None:
                _signal_group(child, signal.SIGKILL)
        if had_children:
            leftovers.kill_run(self._run)


_current: ContextVar[ProcessOwner | None] = ContextVar("mediamill_process_owner", default=None)


def current_owner() -> ProcessOwner | None:
    """Give the owner of the job that runs in this context, if one does."""
    return _current.get()


@contextmanager
def owning(owner: ProcessOwner) -> Iterator[ProcessOwner]:
    """Make ``owner`` the current one inside the block, and end what is left of its children after it."""
    token = _current.set(owner)
    try:
        yield owner
    finally:
        _current.reset(token)
        owner.kill()


@contextmanager
def child(
    argv: Sequence[str | os.PathLike[str]],
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a child in a process group of its own, owned by the current job, and see it ended on every way out.

    Raises ``Stopped`` instead of returning normally when the owner was stopped meanwhile.
    """
    owner = _current.get()
    if owner is not None and owner.stopped.is_set():
        raise Stopped
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env={**(os.environ if env is None else env), **(owner.mark if owner is not None else {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509  # it only makes one system call and touches no lock
    )
    if owner is not None:
        owner.adopt(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            _signal_group(process, signal.SIGKILL)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()
        if owner is not None:
            owner.release(process)
    if owner is not None and owner.stopped.is_set():
        raise Stopped


def _load(name: str) -> ctypes._NamedFuncPointer | None:
    """Give a function of the C library, or ``None`` where it has no such function."""
    try:
        return getattr(ctypes.CDLL(None, use_errno=True), name, None)
    except OSError:
        return None


_prctl = _load("prctl")
_malloc_trim = _load("malloc_trim")


def give_memory_back() -> None:
    """Let the C library return what it holds and does not use; it keeps most of it for itself otherwise."""
    if _malloc_trim is not None:
        _malloc_trim(0)


def _die_with_parent() -> None:
    """Ask Linux to kill the child when its parent dies, so that a killed worker leaves no orphan (prctl(2))."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return
