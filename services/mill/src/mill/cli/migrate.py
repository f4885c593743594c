"""``mill migrate``."""

from __future__ import annotations

import subprocess
import sys

import typer

from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.cli.worker import environment
from mill.errors import MillError
from mill.stack.layout import Layout

app = new_app()


class MigrationFailed(MillError):
    """The migration program failed."""

    title = "The migration failed"


@app.command(epilog=examples("MEDIAMILL_DATABASE_URL=postgresql://… mill migrate", "mill migrate"))
def migrate(*, data: Data = None, as_json: AsJson = False) -> None:
    """Bring the database of MEDIAMILL_DATABASE_URL, or of the running stack, to this version; harmless to repeat."""
    done = subprocess.run(
        [sys.executable, "-m", "mediamill.db.migrate"],
        env=environment(Layout.of(data)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MigrationFailed(done.stderr.strip()[-2000:])
    told = done.stdout.strip()
    show({"migrated": True, "detail": told}, lambda: typer.echo(told), as_json=as_json)
