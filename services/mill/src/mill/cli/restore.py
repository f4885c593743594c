"""``mill restore``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from mediamill.assets.store import Store, open_store
from mill.backup.bring_back import InUse, Restored, bring_back, restore_secrets
from mill.backup.folder import BackupFolder
from mill.cli.backup import Folder, store_settings, watching
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.errors import WrongUse
from mill.stack.layout import Layout
from mill.stack.postgres import start_postgres
from mill.stack.state import live_state

app = new_app()

DATABASE, STORE = "MEDIAMILL_DATABASE_URL", "MEDIAMILL_STORE_URL"


@app.command(
    epilog=examples(
        "mill restore /mnt/backups --data /srv/mediamill && mill up --data /srv/mediamill --detach",
        "MEDIAMILL_DATABASE_URL=postgresql://… MEDIAMILL_STORE_URL=s3://… mill restore /mnt/backups --force",
    )
)
def restore(
    folder: Folder,
    *,
    snapshot: Annotated[str | None, typer.Option(help="Which one.", show_default="the newest")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what the target holds.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty database and store: those of the environment, or the stack of --data, stopped.

    All bytes are hashed on the way. Jobs that were under way go on, and ask their vendors before they buy. Ends with 10
    when the backup is damaged, and with 2 when the target is not empty.
    """
    backups, layout = BackupFolder(folder), Layout.of(data)
    found = backups.snapshot(snapshot)
    with target(layout) as (url, store), watching("Restoring", as_json=as_json) as watch:
        done = bring_back(backups, found, url, store, watch, force=force)
    if DATABASE not in os.environ:
        restore_secrets(backups, found, layout.secrets)
    told = {"snapshot": found.name, "revision": found.revision, "assets": found.assets, "copied": done.copied}
    show(told | done.taken_up._asdict(), lambda: _tell(done), as_json=as_json)


@contextmanager
def target(layout: Layout) -> Iterator[tuple[str, Store]]:
    """Give the database and the store to restore into; the stack's own Postgres runs only for so long."""
    if (url := os.environ.get(DATABASE)) is not None:
        if STORE not in os.environ:
            raise WrongUse(f"{DATABASE} names the database to restore into; name the store by {STORE} too.")
        yield url, open_store(store_settings(dict(os.environ)))
        return
    if live_state(layout) is not None:
        raise InUse(f"The stack in {layout.data} runs; 'mill down' stops it.")
    layout.make()
    running = start_postgres(layout.postgres, log=layout.log("postgres"))
    try:
        yield running.url, open_store(store_settings({STORE: os.environ.get(STORE) or layout.assets.as_uri()}))
    finally:
        running.stop()


def _tell(done: Restored) -> None:
    up = done.taken_up
    typer.echo(f"{done.snapshot.name}: {done.snapshot.assets} assets, {done.copied} of them copied.")
    typer.echo(
        f"{up.jobs} jobs go on, {up.handed_back} of them were running; {up.predictions} predictions are looked at."
    )
