"""``mill providers``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import rows, show

app = new_app()

Name = Annotated[str, typer.Argument(metavar="NAME", help="The provider.")]


@app.callback(
    invoke_without_command=True,
    epilog=examples(
        "mill providers", "mill providers off replicate --reason 'it is down'", "mill providers on replicate"
    ),
)
def providers(
    ctx: typer.Context, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Show who can serve what, who may, and who fails."""
    if ctx.invoked_subcommand is not None:
        return
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.page("/v1/providers", 200)
    show(found, lambda: _table(found), as_json=as_json)


@app.command(epilog=examples("mill providers off replicate --reason 'it is down'"))
def off(
    name: Name,
    *,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later.")] = "",
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Have the others of each chain serve instead, from the next job on."""
    _switch(Target(data, url, key), name, reason, enabled=False, as_json=as_json)


@app.command(epilog=examples("mill providers on replicate"))
def on(name: Name, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Let it serve again."""
    _switch(Target(data, url, key), name, "", enabled=True, as_json=as_json)


def _switch(target: Target, name: str, reason: str, *, enabled: bool, as_json: bool) -> None:
    with connect_as_operator(target) as api:
        told = api.call("PUT", f"/v1/providers/{name}", json={"enabled": enabled, "reason": reason})
    show(told, lambda: typer.echo(f"{name} is {'on' if enabled else 'off'}."), as_json=as_json)


def _table(found: list[dict[str, Any]]) -> None:
    rows(
        ["provider", "key", "switch", "circuits", "limits", "kinds", "reason"],
        [
            [
                row["name"],
                "yes" if row["configured"] else "no",
                "on" if row["enabled"] else "off",
                ", ".join(f"{one['model']}: {one['state']} after {one['failures']}" for one in row["circuits"]),
                _limits(row["limits"]),
                ", ".join(row["kinds"]),
                row["reason"],
            ]
            for row in found
        ],
        empty="No providers.",
    )


def _limits(limits: dict[str, Any]) -> str:
    told = [f"{limits['running']} at once"] if limits["running"] is not None else []
    return ", ".join([*told, *([f"{limits['per_minute']:g} a minute"] if limits["per_minute"] is not None else [])])
