"""``mill down``."""

from __future__ import annotations

import typer

from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.stack.control import bring_down
from mill.stack.layout import Layout

app = new_app()


@app.command(epilog=examples("mill down", "mill down --data /tmp/second"))
def down(*, data: Data = None, as_json: AsJson = False) -> None:
    """Stop the whole stack and wait until it is gone; its data stays.

    Running jobs get the drain time to finish and are then handed back. What a killed supervisor left is ended too.
    """
    layout = Layout.of(data)
    stopped = bring_down(layout)
    words = "Stopped." if stopped else f"Nothing was running in {layout.data}."
    show({"stopped": stopped, "data": str(layout.data)}, lambda: typer.echo(words), as_json=as_json)
