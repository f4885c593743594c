"""Options that many commands share, told once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="The stack's folder (default: .mediamill here, or MEDIAMILL_DATA).", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Url = Annotated[
    str | None,
    typer.Option("--url", help="The gateway (default: MEDIAMILL_URL, or the stack of --data).", show_default=False),
]
Key = Annotated[
    str | None,
    typer.Option("--key", help="The API key (default: MEDIAMILL_KEY, or the stack's own).", show_default=False),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def examples(*lines: str) -> str:
    """Give the end of a command's help: what it looks like in use."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
