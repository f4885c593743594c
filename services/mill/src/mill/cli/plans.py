"""``mill plans``."""

from __future__ import annotations

from typing import Annotated

import typer

from mill.api.connect import Target, connect_as_operator
from mill.cli.lazy import new_app
from mill.cli.limits import KEEPS, LIMITS, Keep, Limit, read_keeps, read_limits
from mill.cli.options import AsJson, Data, Key, Url, Yes, examples
from mill.cli.output import confirm, facts, rows, show

app = new_app("Plans: what tenants may use; they need the operator's key.", no_args_is_help=True)

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's name, such as 'free'.")]
Paid = Annotated[bool | None, typer.Option("--paid/--free", help="Whether its tenants pay.", show_default=False)]


@app.command("list", epilog=examples("mill plans list"))
def list_plans(*, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List plans with their limits; an empty one is none."""
    with connect_as_operator(Target(data, url, key)) as api:
        found = api.call("GET", "/v1/plans")["data"]
    names = ["name", "is_paid", *LIMITS, *KEEPS, "tenants"]
    show(found, lambda: rows(names, [[row[name] for name in names] for row in found]), as_json=as_json)


@app.command(
    "set",
    epilog=examples(
        "mill plans set free --limit max_running=2 --limit max_bytes=10GB --keep jobs=7 --keep assets=7",
        "mill plans set pro --paid",
    ),
)
def set_plan(
    plan: Plan,
    *,
    paid: Paid = None,
    limit: Limit = None,
    keep: Keep = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a plan, or change what is given of one; its tenants feel it at once."""
    said = read_limits(limit)
    with connect_as_operator(Target(data, url, key)) as api:
        known = {row["name"]: row for row in api.call("GET", "/v1/plans")["data"]}.get(plan, {})
        kept = {name: known[name] for name in ("is_paid", *LIMITS, *KEEPS) if name in known}
        body = kept | said.given | read_keeps(keep) | ({} if paid is None else {"is_paid": paid})
        made = api.call("PUT", f"/v1/plans/{plan}", json=body)
    show(made, lambda: facts(made), as_json=as_json)


@app.command(epilog=examples("mill plans remove pro"))
def remove(
    plan: Plan, *, yes: Yes = False, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Remove a plan that no tenant has."""
    confirm(f"Remove the plan {plan}?", yes=yes)
    with connect_as_operator(Target(data, url, key)) as api:
        api.call("DELETE", f"/v1/plans/{plan}")
    show({"name": plan, "removed": True}, lambda: typer.echo(f"{plan} is removed."), as_json=as_json)
