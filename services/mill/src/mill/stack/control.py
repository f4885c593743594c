"""Starting and stopping a stack from outside of its supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple

from mediamill.clock import monotonic
from mill.stack.environment import MARK
from mill.stack.errors import AlreadySupervised, DidNotStart, NotRunning, StackError
from mill.stack.layout import Layout
from mill.stack.leftovers import end_leftovers
from mill.stack.processes import end, spawn
from mill.stack.report import Report
from mill.stack.state import Up, live_state, running

START_TIMEOUT_S = 300.0
STOP_GRACE_S = 75.0
_UNSEEN_S = 15.0


class Started(NamedTuple):
    """A stack that is up; ``supervisor`` is there when this call started it."""

    up: Up
    supervisor: subprocess.Popen[bytes] | None


def ensure_up(layout: Layout, port: int | None, *, dies_by: signal.Signals | None) -> Started:
    """Give the running stack, or start one and wait until it is ready.

    ``dies_by`` is what its supervisor gets when this process dies; ``None`` lets the stack outlive it.
    """
    if live_state(layout) is not None:
        return Started(_await_other(layout), None)
    try:
        return _start(layout, port, dies_by)
    except AlreadySupervised:  # somebody else was faster
        return Started(_await_other(layout), None)


def bring_down(layout: Layout) -> bool:
    """Stop the stack of a folder and whatever is left of one; tell whether there was anything to stop."""
    state = live_state(layout)
    if state is not None:
        end(state.supervisor, signal.SIGTERM, STOP_GRACE_S)
    left = end_leftovers(layout) if layout.data.exists() else []
    layout.state.unlink(missing_ok=True)
    return state is not None or bool(left)


def _start(layout: Layout, port: int | None, dies_by: signal.Signals | None) -> Started:
    layout.make()
    reader, writer = os.pipe()
    log = layout.log("supervisor")
    argv = [sys.executable, "-m", "mill.stack", "--data", str(layout.data), "--report", str(writer)]
    argv += [] if port is None else ["--port", str(port)]
    env = {name: value for name, value in os.environ.items() if name != MARK}
    with os.fdopen(reader, "rb") as pipe:
        try:
            supervisor = spawn(argv, log, env=env, dies_by=dies_by, pass_fds=[writer])
        finally:
            os.close(writer)
        try:
            told = pipe.readline()
        except BaseException:
            supervisor.terminate()
            supervisor.wait()
            raise
    if not told:
        raise DidNotStart(f"The supervisor ended with exit code {supervisor.wait()}.", log=log)
    try:
        return Started(Report.model_validate_json(told).result(), supervisor)
    except StackError:
        supervisor.wait()
        raise


def _await_other(layout: Layout) -> Up:
    """Wait until a stack that somebody else is starting is ready; it may need a moment to write down that it does."""
    deadline, patience = monotonic() + START_TIMEOUT_S, monotonic() + _UNSEEN_S
    while monotonic() < deadline:
        try:
            return running(layout)
        except NotRunning:
            if live_state(layout) is not None:
                patience = monotonic() + _UNSEEN_S
            elif monotonic() > patience:
                raise
        time.sleep(0.1)
    raise DidNotStart(f"The stack in {layout.data} is still not ready.", log=layout.log("supervisor"))
