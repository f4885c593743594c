"""``mill kinds``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import rows, show

app = new_app()


@app.command(epilog=examples("mill kinds", "mill kinds image.generate", "mill kinds flow.film --json | jq .input"))
def kinds(
    kind: Annotated[str | None, typer.Argument(help="One kind, with its fields.", show_default=False)] = None,
    *,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List what can be asked for; for one kind, its fields."""
    with connect(Target(data, url, key)) as api:
        if kind is None:
            found = api.page("/v1/kinds", 1000)
            show(found, lambda: _list(found), as_json=as_json)
        else:
            one = api.call("GET", f"/v1/kinds/{kind}")
            show(one, lambda: _one(one), as_json=as_json)


def _list(found: list[dict[str, Any]]) -> None:
    rows(
        ["kind", "queue", "price", "providers", "summary"],
        [
            [_name(kind), kind.get("queue"), kind.get("price"), _joined(kind.get("providers")), kind.get("summary")]
            for kind in found
        ],
    )


def _one(kind: dict[str, Any]) -> None:
    typer.echo(f"{_name(kind)}: {kind.get('summary', '')}\n")
    schema: dict[str, Any] = kind.get("input_schema") or {}
    required = set(schema.get("required", []))
    rows(
        ["field", "type", "default", "meaning"],
        [
            [
                name,
                _type(field),
                "(required)" if name in required else field.get("default"),
                field.get("description"),
            ]
            for name, field in schema.get("properties", {}).items()
        ],
        empty="No fields.",
    )


def _name(kind: dict[str, Any]) -> str:
    return str(kind.get("kind") or kind.get("name") or kind.get("id") or "")


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _type(field: dict[str, Any]) -> str:
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    options = field.get("anyOf") or field.get("oneOf")
    if options:
        return " | ".join(_type(option) for option in options)
    return str(field.get("type") or field.get("$ref", "").rpartition("/")[2] or "any")
