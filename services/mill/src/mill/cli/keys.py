"""``mill keys``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, Yes, examples
from mill.cli.output import confirm, facts, rows, show
from mill.cli.tenants import tenant_id

FIRST_TENANT = "local"

app = new_app("API keys; they need the operator's key.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(metavar="ID", help="The key's id, as 'mill keys list' prints it.")]
Tenant = Annotated[str, typer.Option(help="The tenant's name or id.")]


@app.command(epilog=examples("mill keys create --name laptop", "mill keys create --tenant acme --scope jobs --json"))
def create(
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    tenant: Tenant = FIRST_TENANT,
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; may be repeated.", show_default="jobs")
    ] = None,
    expires_at: Annotated[str | None, typer.Option(help="When it ends, ISO 8601.", show_default="never")] = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. Its secret is shown once and never again."""
    with connect_as_operator(Target(data, url, key)) as api:
        asked = {"tenant_id": tenant_id(api, tenant), "name": name, "scopes": scope, "expires_at": expires_at}
        made = api.call("POST", "/v1/keys", json={name: value for name, value in asked.items() if value is not None})
    show(made, lambda: facts(made), as_json=as_json)


@app.command("list", epilog=examples("mill keys list", "mill keys list --tenant acme"))
def list_keys(
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.", show_default="all")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 200,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List keys, without their secrets."""
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.page("/v1/keys", limit, tenant_id=tenant_id(api, tenant) if tenant else None)
    names = ["id", "name", "prefix", "tenant_id", "scopes", "budget", "created_at", "expires_at", "revoked_at"]
    show(found, lambda: rows(names, [[_cell(row.get(name)) for name in names] for row in found]), as_json=as_json)


@app.command(epilog=examples("mill keys rotate 0190… --overlap 3600"))
def rotate(
    key_id: KeyId,
    *,
    overlap: Annotated[
        int | None, typer.Option(min=0, help="Seconds for which the old key still works.", show_default="the gateway's")
    ] = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a successor of a key; both work for a while."""
    with connect_as_operator(Target(data, url, key)) as api:
        made = api.call("POST", f"/v1/keys/{key_id}/rotate", json={} if overlap is None else {"overlap_s": overlap})
    show(made, lambda: facts(made), as_json=as_json)


@app.command(epilog=examples("mill keys revoke 0190…"))
def revoke(
    key_id: KeyId, *, yes: Yes = False, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """End a key at once; whoever uses it is refused."""
    confirm(f"Revoke the key {key_id}?", yes=yes)
    with connect_as_operator(Target(data, url, key)) as api:
        told = api.call("DELETE", f"/v1/keys/{key_id}")
    show(told or {"id": key_id, "revoked": True}, lambda: typer.echo(f"{key_id} is revoked."), as_json=as_json)


def _cell(value: Any) -> object:
    return ",".join(map(str, value)) if isinstance(value, list) else value
