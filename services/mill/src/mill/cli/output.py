"""Printing: JSON for programs, tables for people, tabs for pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mill.errors import WrongUse

console = Console(highlight=False, soft_wrap=True)


def on_terminal() -> bool:
    """Tell whether somebody watches."""
    return sys.stdout.isatty()


def show(payload: Any, human: Callable[[], None], *, as_json: bool) -> None:
    """Print a payload as JSON, or let ``human`` print it."""
    if not as_json:
        human()
        return
    plain = payload.model_dump(mode="json") if isinstance(payload, BaseModel) else payload
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")


def rows(header: Sequence[str], lines: Sequence[Sequence[object]], *, empty: str = "Nothing.") -> None:
    """Print a table; in a pipe one line a row, fields separated by tabs, for cut and awk."""
    cells = [["" if cell is None else str(cell) for cell in line] for line in lines]
    if not on_terminal():
        for line in [list(header), *cells] if cells else []:
            sys.stdout.write("\t".join(line) + "\n")
        return
    if not cells:
        console.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for line in cells:
        table.add_row(*(Text(cell) for cell in line))
    console.print(table, soft_wrap=False)


def facts(pairs: Mapping[str, object]) -> None:
    """Print names with their values."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        if value is not None:
            sys.stdout.write(f"{name:<{width}}  {value}\n")


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is destroyed; where nobody can answer, the answer must be given as ``--yes``."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongUse(f"{question} Nobody is there to answer; add --yes.")
    typer.confirm(question, abort=True)


def size(count: float) -> str:
    """Give a number of bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return ""


def age(seconds: float | None) -> str:
    """Give a length of time for people."""
    if seconds is None:
        return ""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
