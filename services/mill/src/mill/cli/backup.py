"""``mill backup``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from mediamill.assets.store import open_store
from mediamill.settings import Settings
from mill.backup.folder import BackupFolder
from mill.backup.take import Watch, back_up
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show, size
from mill.cli.worker import environment
from mill.stack.layout import Layout

app = new_app()

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Where backups lie.")]


@app.command(
    epilog=examples(
        "mill backup /mnt/backups",
        "MEDIAMILL_DATABASE_URL=postgresql://… MEDIAMILL_STORE_URL=s3://… mill backup /mnt/backups --json",
    )
)
def backup(
    folder: Folder,
    *,
    secrets: Annotated[bool, typer.Option(help="Also the stack's keys and signing secret.")] = True,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Save the database and the bytes that it names, as of one moment, beside the work.

    Bytes that are in FOLDER already are not copied again, so the next backup is quick, and one that was killed goes on.
    Ends with 10 when the store has lost bytes that are still named.
    """
    layout = Layout.of(data)
    env = environment(layout)
    url, store = env["MEDIAMILL_DATABASE_URL"], open_store(store_settings(env))
    own = layout.secrets if secrets and env.get("MEDIAMILL_STACK") else None
    with watching("Saving", as_json=as_json) as watch:
        done = back_up(url, store, BackupFolder(folder), own, watch)
    told = {**done.snapshot.model_dump(mode="json"), "copied": done.copied, "expired": done.expired}
    amount = f"{done.snapshot.assets} assets ({size(done.snapshot.asset_bytes)}), {done.copied} of them new"
    show(told, lambda: typer.echo(f"{done.snapshot.name}: {amount}."), as_json=as_json)


def store_settings(env: dict[str, str]) -> Settings:
    """Give the settings of a store that an environment names."""
    return Settings() if "MEDIAMILL_STORE_URL" not in env else Settings(store_url=env["MEDIAMILL_STORE_URL"])


@contextmanager
def watching(what: str, *, as_json: bool) -> Iterator[Watch]:
    """Show on a terminal how far it is."""
    with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        task = progress.add_task(what)

        def watch(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total or 1)

        yield watch
