"""``mill demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mediamill.clock import monotonic
from mill.api.connect import Target
from mill.cli.assets import save
from mill.cli.lasting import lasting, watched
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import facts, show
from mill.cli.views import check_succeeded, view_for
from mill.demo.brief import read_brief
from mill.demo.film import Aspect, Film, bring_home, request
from mill.errors import WrongUse
from mill.watch.views import SilentView

app = new_app()


@app.command(
    epilog=examples(
        "mill demo",
        "mill demo brief.md --aspect 9:16 --scenes 4",
        "mill demo 'A shy robot learns to share its lantern.' --fresh",
    )
)
def demo(  # noqa: PLR0913 - each is an option of the command line
    brief: Annotated[
        str | None, typer.Argument(help="A file, or the text itself.", show_default="a story that comes with mill")
    ] = None,
    *,
    brief_option: Annotated[str | None, typer.Option("--brief", help="The same.", show_default=False)] = None,
    aspect: Annotated[Aspect, typer.Option(help="The film's shape.")] = Aspect.WIDE,
    scenes: Annotated[int | None, typer.Option(min=1, max=24, help="How many scenes.", show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make everything anew, even what was made before.")] = False,
    out: Annotated[Path, typer.Option(help="The folder for the film.")] = Path("out"),
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Make a narrated, captioned film from a brief.

    Works with the running stack, or starts one and stops it afterwards. The same brief again renders nothing again.
    """
    if brief is not None and brief_option is not None:
        raise WrongUse("Give one brief, not two.")
    job = request(read_brief(brief or brief_option), aspect, scenes, cache="off" if fresh else "reuse")
    began = monotonic()
    with lasting(Target(data, url, key)) as api:
        view = SilentView() if as_json else view_for(as_json=False)
        done = watched(api, api.submit(job), view)
        check_succeeded(api, done)
        film = bring_home(api, done, out, monotonic() - began, save)
    show(film, lambda: _tell(film), as_json=as_json)


def _tell(film: Film) -> None:
    facts(
        {
            "film": film.film,
            "captions": film.captions,
            "poster": film.poster,
            "title": film.title,
            "length": f"{film.duration_s:.1f} s" if film.duration_s else None,
            "took": f"{film.took_s:.1f} s",
            "look at": f"{film.url} · /steps · /children (while the stack runs: mill up)",
        }
    )
