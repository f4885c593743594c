"""``mill manifests``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mill.cli.lazy import new_app
from mill.cli.options import examples
from mill.manifests.__main__ import main

app = new_app()


@app.command(epilog=examples("mill manifests", "mill manifests --check"))
def manifests(
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing, tell what would change.")] = False,
    root: Annotated[Path, typer.Option(help="The checkout.")] = Path(),
) -> None:
    """Write what follows from the queues' manifests: Helm values, compose services, dashboards, alert rules."""
    raise typer.Exit(main([*(["--check"] if check else []), "--root", str(root.absolute())]))
