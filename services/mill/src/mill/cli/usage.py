"""``mill usage``."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import facts, rows, show, size

COLUMNS = ("day", "kind", "provider", "jobs", "succeeded", "failed", "canceled", "cost", "asset_bytes")

app = new_app()


@app.command(epilog=examples("mill usage", "mill usage --days 7", "mill usage --csv > usage.csv"))
def usage(
    *,
    days: Annotated[int, typer.Option(min=1, max=366, help="Today and so many days less one before it, in UTC.")] = 30,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the days as CSV, newest first.")] = False,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Show what was used by day, kind and provider, what it cost in USD, and what is left of the budget."""
    with connect(Target(data, url, key)) as api:
        told = api.call("GET", "/v1/usage", params={"days": days})
    show(told, lambda: typer.echo(_csv(told), nl=False) if as_csv else _tell(told), as_json=as_json)


def _csv(told: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([day[name] for name in COLUMNS] for day in told["days"])
    return text.getvalue()


def _tell(told: dict[str, Any]) -> None:
    lines = [
        [*(day[name] or None for name in COLUMNS[:7]), _usd(day["cost"]), size(day["asset_bytes"])]
        for day in told["days"]
    ]
    rows([*COLUMNS[:7], "USD", "made"], lines, empty="Nothing was used.")
    quota = told["quota"]
    typer.echo("")
    facts(
        {
            "jobs": told["jobs"],
            "USD": _usd(told["cost"]) or "0",
            "this month": f"{_usd(quota['spent']) or '0'} spent, {_usd(quota['reserved']) or '0'} reserved",
            "budget": None if quota["budget"] is None else f"{quota['budget']:g}, {quota['budget_left']:g} left",
        }
    )


def _usd(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".") if amount else ""
