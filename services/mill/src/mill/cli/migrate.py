"""``mill migrate``."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated

import typer
from pydantic import BaseModel

from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.cli.worker import environment
from mill.errors import ExitCode, MillError, WrongUse
from mill.stack.layout import Layout

app = new_app()


class MigrationFailed(MillError):
    """The migration program failed."""

    title = "The migration failed"


class Migrated(BaseModel):
    """What was applied to the database, and what is still to be."""

    revision: str | None
    applied: list[str]
    pending: list[str]


@app.command(
    epilog=examples(
        "MEDIAMILL_DATABASE_URL=postgresql://… mill migrate --pre    # before the new code starts",
        "MEDIAMILL_DATABASE_URL=postgresql://… mill migrate --post   # after the last old process has ended",
        "mill migrate --check || echo 'not up to date'",
        "mill migrate",
    )
)
def migrate(
    *,
    pre: Annotated[bool, typer.Option("--pre", help="Only what expands: safe while old code runs.")] = False,
    post: Annotated[bool, typer.Option("--post", help="What contracts: refused while old code is connected.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Apply nothing; end with 9 if something is pending.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bring the database of MEDIAMILL_DATABASE_URL, or of the running stack, to this version; harmless to repeat.

    Two runs take turns. Ends with 9 for --check when something is still to be applied.
    """
    chosen = [flag for flag, is_set in (("--pre", pre), ("--post", post), ("--check", check)) if is_set]
    if len(chosen) > 1:
        raise WrongUse(f"{' and '.join(chosen)} exclude each other.")
    done = subprocess.run(
        [sys.executable, "-m", "mediamill.db.migrate", "--json", *chosen],
        env=environment(Layout.of(data)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {ExitCode.OK, ExitCode.PENDING}:
        raise MigrationFailed(done.stderr.strip()[-2000:])
    told = Migrated.model_validate(json.loads(done.stdout))
    show({"migrated": not told.pending, **told.model_dump()}, lambda: _tell(told), as_json=as_json)
    raise typer.Exit(done.returncode)


def _tell(told: Migrated) -> None:
    for name in told.applied:
        typer.echo(f"applied {name}")
    for name in told.pending:
        typer.echo(f"pending {name}")
    typer.echo(f"The database is at revision {told.revision}.")
