"""``mill gallery``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediamill.clock import monotonic
from mill.api.client import Api
from mill.api.connect import Target
from mill.cli.assets import guess_type, save
from mill.cli.lasting import lasting, watched
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import rows, show
from mill.cli.views import check_succeeded, view_for
from mill.gallery.example import Example, read_examples
from mill.gallery.exhibit import Exhibit, exhibit, order
from mill.gallery.page import page
from mill.watch.views import SilentView, View

app = new_app()


@app.command(
    epilog=examples("mill gallery", "mill gallery examples --only product-ad --fresh", "mill gallery my/briefs")
)
def gallery(
    folder: Annotated[Path, typer.Argument(help="Folders with a brief.md and a film.toml each.")] = Path("examples"),
    *,
    only: Annotated[list[str] | None, typer.Option(help="An example by its name.", show_default="all of them")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make everything anew, even what was made before.")] = False,
    out: Annotated[Path, typer.Option(help="The folder for the page and its films.")] = Path("out/gallery"),
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make the films of a folder of briefs, one after the other, and a page that shows them.

    Works with the running stack, or starts one and stops it afterwards. Who breaks off goes on where it was.
    """
    wanted = read_examples(folder, only or [])
    made: list[Exhibit] = []
    view = SilentView() if as_json else view_for(as_json=False)
    with lasting(Target(data, url, key)) as api:
        for example in wanted:
            made.append(_made(api, example, out, view, cache="off" if fresh else "reuse"))
            (out / "index.html").write_text(page(made), encoding="utf-8")
    payload = {"page": str(out / "index.html"), "films": [film.model_dump(mode="json") for film in made]}
    show(payload, lambda: _tell(made, out / "index.html"), as_json=as_json)


def _made(api: Api, example: Example, out: Path, view: View, *, cache: str) -> Exhibit:
    photos = [api.upload(photo, guess_type(photo)).id for photo in example.photos]
    began = monotonic()
    done = watched(api, api.submit(order(example, photos, cache=cache)), view)
    check_succeeded(api, done)
    return exhibit(api, example, done, out, monotonic() - began, save)


def _tell(made: list[Exhibit], index: Path) -> None:
    lines = [[film.name, film.title, f"{film.duration_s or 0:.1f} s", f"{film.took_s:.1f} s"] for film in made]
    rows(["example", "title", "length", "took"], lines)
    typer.echo(f"\nOpen {index}")
