"""``mill chains``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import rows, show
from mill.cli.tenants import tenant_id

app = new_app()

Kind = Annotated[str, typer.Argument(metavar="KIND", help="The kind, as 'mill kinds' lists it.")]
Tenant = Annotated[
    str | None, typer.Option(help="Only for this tenant, by its name or id.", show_default="all that have no own order")
]


@app.callback(
    invoke_without_command=True,
    epilog=examples(
        "mill chains",
        "mill chains set image.generate replicate fal local",
        "mill chains set image.generate local --tenant acme",
        "mill chains unset image.generate",
    ),
)
def chains(ctx: typer.Context, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show who serves each kind, in which order."""
    if ctx.invoked_subcommand is not None:
        return
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.page("/v1/chains", 1000)
    show(found, lambda: _table(found), as_json=as_json)


@app.command("set", epilog=examples("mill chains set image.generate replicate local --tenant acme"))
def set_chain(
    kind: Kind,
    providers: Annotated[list[str], typer.Argument(metavar="PROVIDER…", help="Who serves, first to last.")],
    *,
    tenant: Tenant = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Set who serves a kind, from the next job on."""
    with connect_as_operator(Target(data, url, key)) as api:
        whose = {"tenant_id": tenant_id(api, tenant)} if tenant else {}
        told = api.call("PUT", f"/v1/chains/{kind}", json={"providers": providers, **whose})
    show(told, lambda: _table([told]), as_json=as_json)


@app.command(epilog=examples("mill chains unset image.generate --tenant acme"))
def unset(
    kind: Kind,
    *,
    tenant: Tenant = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Forget an order that was set; what holds without it holds again."""
    with connect_as_operator(Target(data, url, key)) as api:
        params = {"tenant_id": tenant_id(api, tenant)} if tenant else {}
        api.call("DELETE", f"/v1/chains/{kind}", params=params)
    told = {"kind": kind, **params, "unset": True}
    show(told, lambda: typer.echo(f"No order of {kind} is set any more."), as_json=as_json)


def _table(found: list[dict[str, Any]]) -> None:
    rows(
        ["kind", "tenant", "providers", "serving", "set by"],
        [
            [row["kind"], row["tenant_id"], " ".join(row["providers"]), " ".join(row["serving"]), row["set_by"]]
            for row in found
        ],
        empty="Every kind has one provider.",
    )
