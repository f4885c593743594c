"""``mill up``."""

from __future__ import annotations

import signal
import subprocess
from types import FrameType
from typing import Annotated

import typer

from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import facts, show
from mill.errors import MillError
from mill.stack.control import Started, ensure_up
from mill.stack.layout import Layout

app = new_app()


class StackEnded(MillError):
    """The stack that this command kept in the foreground has ended by itself."""

    title = "The stack ended"


@app.command(
    epilog=examples("mill up", "mill up --detach --json", "mill up --data /tmp/second --port 8090", "mill down")
)
def up(
    *,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once it is ready, and leave it running.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="The gateway's port (default: that of the last run, or a free one).",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Start Postgres, Valkey, conductor, worker and gateway, on loopback only.

    Prints how to reach it once a job could be taken and done. Where it already runs, prints the same. Without
    --detach it runs until Ctrl-C. MEDIAMILL_DATABASE_URL, MEDIAMILL_BROKER_URL and MEDIAMILL_STORE_URL replace a part.
    """
    layout = Layout.of(data)
    started = ensure_up(layout, port, dies_by=None if detach else signal.SIGTERM)
    show(started.up, lambda: _tell(started, detach=detach), as_json=as_json)
    if not detach and started.supervisor is not None:
        _stay(started.supervisor, layout)


def _tell(started: Started, *, detach: bool) -> None:
    values = started.up.model_dump()
    facts({"gateway": values["url"], "key": values["key"], "operator": values["operator_key"], "data": values["data"]})
    if started.supervisor is None:
        typer.echo("It was running already.")
    elif not detach:
        typer.echo("Ctrl-C stops it.")


def _stay(supervisor: subprocess.Popen[bytes], layout: Layout) -> None:
    """Wait for the stack's end; whatever ends this command ends the stack in good order."""

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.terminate()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if supervisor.wait():
        raise StackEnded(f"with exit code {supervisor.returncode}.", log=layout.log("supervisor"))
