"""Limits of plans and tenants on the command line: ``--limit max_running=2 --limit max_bytes=500GB``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import typer

from mill.cli.fields import pairs
from mill.errors import WrongUse

LIMITS = ["weight", "max_running", "max_queued", "max_monthly", "max_bytes"]
KEEPS = ["keep_jobs_days", "keep_events_days", "keep_assets_days"]
NONE, PLAN = "none", "plan"
_UNITS = {"kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}

Limit = Annotated[
    list[str] | None,
    typer.Option(
        help="weight=4, max_running=2, max_queued=100, max_monthly=500, max_bytes=500GB; 'none' is no limit, and of a "
        "tenant 'plan' is its plan's. May be repeated.",
        show_default=False,
    ),
]


Keep = Annotated[
    list[str] | None,
    typer.Option(
        help="jobs=30, events=7, assets=30: days that they are kept; 'none' is as configured. May be repeated.",
        show_default=False,
    ),
]


class Limits(NamedTuple):
    """What was said of limits, by their names in the API."""

    given: dict[str, int | None]
    follow: list[str]
    """Those that are to be the plan's again."""


def read_limits(said: Sequence[str] | None) -> Limits:
    """Read the options. Raises ``WrongUse``."""
    found = {name.replace("-", "_"): text for name, text in pairs(said or [], "--limit").items()}
    if strange := sorted({*found} - {*LIMITS}):
        raise WrongUse(f"There is no limit {strange[0]!r}; there are {', '.join(LIMITS)}.")
    follow = [name for name, text in found.items() if text == PLAN]
    return Limits({name: _number(name, text) for name, text in found.items() if text != PLAN}, follow)


def read_keeps(said: Sequence[str] | None) -> dict[str, int | None]:
    """Read what is said of how long things are kept, by the names of the API. Raises ``WrongUse``."""
    found = {f"keep_{name}_days": text for name, text in pairs(said or [], "--keep").items()}
    if strange := sorted({*found} - {*KEEPS}):
        raise WrongUse(f"There is no --keep {strange[0][5:-5]!r}; there are jobs, events and assets.")
    return {name: _number(name, text) for name, text in found.items()}


def cell(value: Any) -> object:
    """Show a value in a table."""
    return ",".join(map(str, value)) if isinstance(value, list) else value


def _number(name: str, text: str) -> int | None:
    if text == NONE:
        return None
    unit = _UNITS.get(text[-2:].lower()) if name == "max_bytes" else None
    number = text[:-2] if unit else text
    if not number.isdecimal():
        raise WrongUse(f"--limit {name}={text} is no number; write one, or '{NONE}' for no limit.")
    return int(number) * (unit or 1)
