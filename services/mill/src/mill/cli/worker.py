"""``mill worker``."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from mill.cli.options import Data, examples
from mill.stack.environment import Keys, stack_environment
from mill.stack.layout import Layout
from mill.stack.state import running

app = typer.Typer()


@app.command(epilog=examples("mill worker --queues image,video --slots 2"))
def worker(
    *,
    queues: Annotated[str, typer.Option(help="'all', or queues separated by commas.")] = "all",
    slots: Annotated[int | None, typer.Option(min=1, help="Jobs at once.", show_default="as the manifest says")] = None,
    data: Data = None,
) -> None:
    """Run one more worker in the foreground, for the stack of --data or for MEDIAMILL_DATABASE_URL; Ctrl-C drains it."""
    argv = [sys.executable, "-m", "mediamill.handlers.worker", "--queues", queues]
    if slots is not None:
        argv += ["--slots", str(slots)]
    os.execve(sys.executable, argv, environment(Layout.of(data)))


def environment(layout: Layout) -> dict[str, str]:
    """Give the environment of a program that works with the stack, or with the parts that the user's own names."""
    if os.environ.get("MEDIAMILL_DATABASE_URL"):
        return dict(os.environ)
    up = running(layout)
    return stack_environment(layout, Keys(layout), up.database_url, up.broker_url, up.url)
