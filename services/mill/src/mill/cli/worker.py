"""``mill worker``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from mill.cli.lazy import new_app
from mill.cli.options import Data, examples
from mill.stack.environment import Keys, stack_environment
from mill.stack.layout import Layout
from mill.stack.state import running

app = new_app()


@app.command(epilog=examples("mill worker --queues image,video --slots 2"))
def worker(
    *,
    queues: Annotated[str, typer.Option(help="'all', or queues separated by commas.")] = "all",
    slots: Annotated[int | None, typer.Option(min=1, help="Jobs at once.", show_default="as the manifest says")] = None,
    data: Data = None,
) -> None:
    """Run one more worker in the foreground; Ctrl-C drains it.

    It works for MEDIAMILL_DATABASE_URL and MEDIAMILL_BROKER_URL where those are set, else for the stack of --data.
    """
    argv = [sys.executable, "-m", "mediamill.handlers.worker", "--queues", queues]
    if slots is not None:
        argv += ["--slots", str(slots)]
    os.execve(sys.executable, argv, environment(Layout.of(data)))  # noqa: S606 - a fixed program; this process becomes it


def environment(layout: Layout) -> dict[str, str]:
    """Give the environment of a program that works with the stack, or with the parts that the user's own names."""
    if os.environ.get("MEDIAMILL_DATABASE_URL"):
        return dict(os.environ)
    up = running(layout)
    return stack_environment(layout, Keys(layout), up.database_url, up.broker_url, up.url)
