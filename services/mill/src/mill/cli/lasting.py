"""The stack that a command works with: the one that is named or runs, or one that lasts as long as the command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mill.api.client import Api
from mill.api.connect import Target, connect
from mill.api.models import Job
from mill.stack.control import bring_down, ensure_up
from mill.stack.layout import Layout
from mill.watch.views import View
from mill.watch.watch import watch


@contextmanager
def lasting(target: Target) -> Iterator[Api]:
    """Give the API of the stack that is named or runs, or of one that lasts for the block."""
    if target.url is not None:
        with connect(target) as api:
            yield api
        return
    layout = Layout.of(target.data)
    sys.stderr.write("Looking for the stack, or starting one …\n")
    signal.signal(signal.SIGTERM, _interrupt)
    started = ensure_up(layout, None, dies_by=signal.SIGTERM)
    try:
        with connect(Target(layout.data, None, target.key)) as api:
            yield api
    finally:
        if started.supervisor is not None:
            bring_down(layout)


def _interrupt(number: int, frame: object) -> None:
    """Let a termination end the stack too, as Ctrl-C does."""
    raise KeyboardInterrupt


def watched(api: Api, job: Job, view: View) -> Job:
    """Watch the film; who loses patience does not want it any more."""
    try:
        return watch(api, job, view)
    except KeyboardInterrupt:
        api.call("POST", f"/v1/jobs/{job.id}/cancel")
        raise
