"""``mill assets``."""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from mill.api.client import Api
from mill.api.connect import Target, connect
from mill.api.models import Asset
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import on_terminal, rows, show, size
from mill.cli.verify import EPILOG, verify
from mill.errors import WrongUse

app = new_app("Files in and out.", no_args_is_help=True)

STDOUT = "-"


@app.command(
    epilog=examples("mill assets put face.png", "mill assets put *.wav --json", "mill assets put x --type image/png")
)
def put(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="The files.")],
    *,
    media_type: Annotated[
        str | None, typer.Option("--type", help="Their media type.", show_default="by their names")
    ] = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Upload files; the same bytes give the same asset."""
    with connect(Target(data, url, key)) as api:
        made = [api.upload(path, media_type or guess_type(path)) for path in files]
    payload = [asset.model_dump(mode="json") for asset in made]
    lines = [[a.id, a.media_type, size(a.bytes), path] for a, path in zip(made, files, strict=True)]
    show(payload, lambda: rows(["id", "type", "size", "file"], lines), as_json=as_json)


@app.command(epilog=examples("mill assets get 0190… --out film.mp4", "mill assets get 0190… --out - | ffplay -"))
def get(
    asset_id: Annotated[str, typer.Argument(metavar="ID", help="The asset.")],
    *,
    out: Annotated[
        str | None, typer.Option("--out", "-o", help="Where to; '-' is stdout.", show_default="ID.suffix here")
    ] = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Download an asset."""
    with connect(Target(data, url, key)) as api:
        if out == STDOUT:
            for chunk in api.download(asset_id):
                sys.stdout.buffer.write(chunk)
            return
        asset = api.asset(asset_id)
        path = Path(out) if out else Path(asset.id + suffix_of(asset))
        save(api, asset, path)
    show({**asset.model_dump(mode="json"), "path": str(path)}, lambda: typer.echo(path), as_json=as_json)


app.command(epilog=EPILOG)(verify)


def save(api: Api, asset: Asset, path: Path) -> None:
    """Download an asset into a file that is there whole or not at all."""
    if path.is_dir():
        raise WrongUse(f"{path} is a folder; give a file's name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            for chunk in _shown(api.download(asset.id), asset, path):
                file.write(chunk)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def guess_type(path: Path) -> str:
    """Give the media type that a file's name tells of."""
    known = {".vtt": "text/vtt", ".webp": "image/webp", ".opus": "audio/ogg", ".flac": "audio/flac"}
    found = known.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    if found is None:
        raise WrongUse(f"The name of {path} does not tell what it is; add --type.")
    return found


def suffix_of(asset: Asset) -> str:
    """Give the usual suffix of a media type."""
    known = {"text/vtt": ".vtt", "image/jpeg": ".jpg", "audio/wav": ".wav", "audio/ogg": ".opus"}
    return known.get(asset.media_type) or mimetypes.guess_extension(asset.media_type) or ""


def _shown(chunks: Iterator[bytes], asset: Asset, path: Path) -> Iterator[bytes]:
    """Pass bytes on, with a progress bar where somebody watches."""
    with Progress(disable=not on_terminal(), transient=True) as progress:
        task = progress.add_task(path.name, total=asset.bytes or None)
        for chunk in chunks:
            yield chunk
            progress.advance(task, len(chunk))
