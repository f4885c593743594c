"""``mill queues``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import rows, show

app = new_app()


@app.callback(
    invoke_without_command=True, epilog=examples("mill queues", "mill queues pause image", "mill queues resume image")
)
def queues(ctx: typer.Context, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show per queue what is in line, what runs, and who works."""
    if ctx.invoked_subcommand is not None:
        return
    with connect(Target(data, url, key)) as api:
        found = api.page("/v1/queues", 200)
    show(found, lambda: table(found), as_json=as_json)


@app.command(epilog=examples("mill queues pause image"))
def pause(
    queue: Annotated[str, typer.Argument(help="The queue.")],
    *,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Hand out no more jobs of a queue; what runs goes on."""
    _turn(Target(data, url, key), queue, "pause", as_json=as_json)


@app.command(epilog=examples("mill queues resume image"))
def resume(
    queue: Annotated[str, typer.Argument(help="The queue.")],
    *,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Hand out jobs of a queue again."""
    _turn(Target(data, url, key), queue, "resume", as_json=as_json)


def table(found: list[dict[str, Any]]) -> None:
    """Print queues with every number that the gateway tells of them."""
    names = list(dict.fromkeys(name for queue in found for name in _plain(queue)))
    rows(
        [name.replace("_", " ") for name in names],
        [[_cell(queue.get(name)) for name in names] for queue in found],
        empty="No queues.",
    )


def _plain(row: dict[str, Any]) -> Iterable[str]:
    return (name for name, value in row.items() if not isinstance(value, dict | list))


def _cell(value: Any) -> object:
    return round(value, 1) if isinstance(value, float) else value


def _turn(target: Target, queue: str, verb: str, *, as_json: bool) -> None:
    with connect_as_operator(target) as api:
        told = api.call("POST", f"/v1/queues/{queue}/{verb}")
    show(told or {"queue": queue, verb: True}, lambda: typer.echo(f"{queue}: {verb}d."), as_json=as_json)
