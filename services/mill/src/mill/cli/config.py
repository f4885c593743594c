"""``mill config``."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import typer
from pydantic import BaseModel, SecretStr

from mediamill.settings import Settings
from mediamill.telemetry.logs import redact
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import on_terminal, rows, show
from mill.stack.environment import Keys, stack_environment
from mill.stack.layout import Layout
from mill.stack.state import live_state

app = new_app()

MASK = "***"


class Setting(BaseModel):
    """One setting as it is printed."""

    name: str
    variable: str
    value: Any
    default: Any
    source: str
    why: str


@app.command(epilog=examples("mill config", "mill config --json | jq -r '.[].variable'"))
def config(*, data: Data = None, as_json: AsJson = False) -> None:
    """Print every setting with its value, where that comes from, and its why; secrets are masked."""
    found = list_settings(Layout.of(data))
    show([setting.model_dump(mode="json") for setting in found], lambda: _tell(found), as_json=as_json)


def list_settings(layout: Layout) -> list[Setting]:
    """Give the settings that this environment has, or that the running stack of a folder adds to it."""
    stack = _of_stack(layout)
    prefix = str(Settings.model_config["env_prefix"])
    overrides = {name: stack[prefix + name.upper()] for name in Settings.model_fields if prefix + name.upper() in stack}
    current = Settings.model_validate(overrides)  # on top of the environment, which it reads too
    return [
        Setting(
            name=name,
            variable=prefix + name.upper(),
            value=printable(getattr(current, name)),
            default=printable(field.default),
            source=_source(prefix + name.upper(), stack),
            why=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def printable(value: Any) -> Any:
    """Give a value as JSON, a secret masked: of a URL its password, of anything else all of it.

    What follows the host of a web address may be a key, and is masked too.
    """
    if not isinstance(value, SecretStr):
        return redact(value) if isinstance(value, str) else value
    secret = value.get_secret_value()
    if not secret:
        return ""
    if secret.startswith(("http://", "https://")):
        parts = urlsplit(secret)
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return host if parts.path in ("", "/") and not parts.query else f"{host}/{MASK}"
    return redact(secret) if "://" in secret else MASK


def _of_stack(layout: Layout) -> dict[str, str]:
    state = live_state(layout)
    if state is None or state.up is None:
        return {}
    return stack_environment(layout, Keys(layout), state.up.database_url, state.up.broker_url, state.up.url)


def _source(variable: str, stack: dict[str, str]) -> str:
    if variable in os.environ:
        return "environment"
    return "stack" if variable in stack else "default"


def _tell(found: list[Setting]) -> None:
    if not on_terminal():
        rows(["variable", "value", "source", "why"], [[s.variable, s.value, s.source, s.why] for s in found])
        return
    for setting in found:
        origin = "" if setting.source == "default" else f"  ({setting.source})"
        typer.echo(f"{typer.style(setting.variable, bold=True)} = {setting.value}{origin}\n    {setting.why}\n")
