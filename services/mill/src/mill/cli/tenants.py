"""``mill tenants``, and tenants on the command line: each is named by its id or by its name."""

from __future__ import annotations

from typing import Annotated

import typer

from mill.api.client import Api
from mill.api.connect import Target, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.limits import LIMITS, Limit, cell, read_limits
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import facts, rows, show
from mill.errors import WrongUse

app = new_app("Tenants, who own jobs and assets; they need the operator's key.", no_args_is_help=True)

Plan = Annotated[str | None, typer.Option(help="Its plan; see 'mill plans list'.", show_default="free")]
Budget = Annotated[float | None, typer.Option(min=0, help="USD per calendar month.", show_default="none")]


def tenant_id(api: Api, tenant: str) -> str:
    """Find a tenant by its id or by its name. Raises ``WrongUse``."""
    for row in api.page("/v1/tenants", 1000):
        if tenant in (row["id"], row["name"]):
            return str(row["id"])
    raise WrongUse(f"There is no tenant {tenant!r}.")


@app.command("list", epilog=examples("mill tenants list", "mill tenants list --json"))
def list_tenants(
    *,
    limit: Annotated[int, typer.Option(min=1)] = 200,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List tenants with the limits that hold; 'own' names those that are not their plan's."""
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.page("/v1/tenants", limit)
    names = ["id", "name", "plan", *LIMITS, "budget", "own"]
    show(found, lambda: rows(names, [[cell(row[name]) for name in names] for row in found]), as_json=as_json)


@app.command(epilog=examples("mill tenants create acme --plan paid", "mill tenants create small --limit max_running=1"))
def create(
    name: Annotated[str, typer.Argument(help="Its name, one of a kind.")],
    *,
    plan: Plan = None,
    budget: Budget = None,
    limit: Limit = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a tenant; limits that are not given are its plan's."""
    said = read_limits(limit)
    with connect_as_operator(Target(data, url, key)) as api:
        made = api.call("POST", "/v1/tenants", json={"name": name, **_given(plan, budget), **said.given})
    show(made, lambda: facts(made), as_json=as_json)


@app.command(
    "set",
    epilog=examples(
        "mill tenants set acme --plan paid --limit weight=plan", "mill tenants set acme --limit max_queued=none"
    ),
)
def set_tenant(
    tenant: Annotated[str, typer.Argument(help="The tenant's name or id.")],
    *,
    plan: Plan = None,
    budget: Budget = None,
    limit: Limit = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given of a tenant; a limit that is given is its own from then on."""
    said = read_limits(limit)
    with connect_as_operator(Target(data, url, key)) as api:
        body = {**_given(plan, budget), **said.given, "follow": said.follow}
        made = api.call("PATCH", f"/v1/tenants/{tenant_id(api, tenant)}", json=body)
    show(made, lambda: facts(made), as_json=as_json)


def _given(plan: str | None, budget: float | None) -> dict[str, object]:
    return {name: value for name, value in (("plan", plan), ("budget", budget)) if value is not None}
