"""``mill users``."""

from __future__ import annotations

from typing import Annotated

import typer

from mill.api.client import Api
from mill.api.connect import Target, connect_as_operator
from mill.cli.keys import FIRST_TENANT
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, Yes, examples
from mill.cli.output import confirm, facts, rows, show
from mill.cli.tenants import tenant_id
from mill.errors import WrongUse

app = new_app("People within a tenant, and their keys; they need the operator's key.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option(help="The tenant's name or id.")]
User = Annotated[str, typer.Argument(metavar="USER", help="The person's e-mail address or id.")]
Role = Annotated[str | None, typer.Option(help="owner, member or viewer.", show_default="member")]
Name = Annotated[str | None, typer.Option(help="What they are called.")]


@app.command("list", epilog=examples("mill users list", "mill users list --tenant acme"))
def list_users(
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's.", show_default="all")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 200,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List people, without those who have left."""
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.page("/v1/users", limit, tenant_id=tenant_id(api, tenant) if tenant else None)
    names = ["id", "email", "name", "role", "tenant_id", "created_at"]
    show(found, lambda: rows(names, [[row[name] for name in names] for row in found]), as_json=as_json)


@app.command(epilog=examples("mill users add ana@acme.example --tenant acme --role viewer"))
def add(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    *,
    name: Name = None,
    role: Role = None,
    tenant: Tenant = FIRST_TENANT,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Add a person to a tenant."""
    with connect_as_operator(Target(data, url, key)) as api:
        asked = {"tenant_id": tenant_id(api, tenant), "email": email, "name": name, "role": role}
        made = api.call("POST", "/v1/users", json={field: value for field, value in asked.items() if value is not None})
    show(made, lambda: facts(made), as_json=as_json)


@app.command("set", epilog=examples("mill users set ana@acme.example --role owner"))
def set_user(
    user: User,
    *,
    name: Name = None,
    role: Annotated[str | None, typer.Option(help="owner, member or viewer.")] = None,
    tenant: Tenant = FIRST_TENANT,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given of a person."""
    given = {field: value for field, value in (("name", name), ("role", role)) if value is not None}
    with connect_as_operator(Target(data, url, key)) as api:
        made = api.call("PATCH", f"/v1/users/{_user_id(api, tenant, user)}", json=given)
    show(made, lambda: facts(made), as_json=as_json)


@app.command("key", epilog=examples("mill users key ana@acme.example --name laptop"))
def make_key(
    user: User,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    tenant: Tenant = FIRST_TENANT,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a key of a person; their role says what it may do. Its secret is shown once and never again."""
    with connect_as_operator(Target(data, url, key)) as api:
        made = api.call("POST", f"/v1/users/{_user_id(api, tenant, user)}/keys", json={"name": name})
    show(made, lambda: facts(made), as_json=as_json)


@app.command(epilog=examples("mill users remove ana@acme.example"))
def remove(
    user: User,
    *,
    tenant: Tenant = FIRST_TENANT,
    yes: Yes = False,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Let a person go; their keys are refused from now on, their jobs stay."""
    confirm(f"Remove {user}?", yes=yes)
    with connect_as_operator(Target(data, url, key)) as api:
        api.call("DELETE", f"/v1/users/{_user_id(api, tenant, user)}")
    show({"user": user, "removed": True}, lambda: typer.echo(f"{user} is removed."), as_json=as_json)


def _user_id(api: Api, tenant: str, user: str) -> str:
    for row in api.page("/v1/users", 1000, tenant_id=tenant_id(api, tenant)):
        if user.lower() in (row["id"], row["email"].lower()):
            return str(row["id"])
    raise WrongUse(f"There is nobody {user!r} at {tenant!r}.")
