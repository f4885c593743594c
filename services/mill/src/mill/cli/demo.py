"""``mill demo``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mediamill.clock import monotonic
from mill.api.client import Api
from mill.api.connect import Target, connect
from mill.api.models import Job
from mill.cli.assets import save
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import facts, show
from mill.cli.views import check_succeeded, view_for
from mill.demo.brief import read_brief
from mill.demo.film import Aspect, Film, bring_home, request
from mill.errors import WrongUse
from mill.stack.control import bring_down, ensure_up
from mill.stack.layout import Layout
from mill.watch.views import SilentView, View
from mill.watch.watch import watch

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
    with _api(Target(data, url, key)) as api:
        view = SilentView() if as_json else view_for(as_json=False)
        done = _watched(api, api.submit(job), view)
        check_succeeded(api, done)
        film = bring_home(api, done, out, monotonic() - began, save)
    show(film, lambda: _tell(film), as_json=as_json)


def _watched(api: Api, job: Job, view: View) -> Job:
    """Watch the film; who loses patience does not want it any more."""
    try:
        return watch(api, job, view)
    except KeyboardInterrupt:
        api.call("POST", f"/v1/jobs/{job.id}/cancel")
        raise


@contextmanager
def _api(target: Target) -> Iterator[Api]:
    """Give the API of the stack that is named or runs, or of one that lasts for the block."""
    if target.url is not None:
        with connect(target) as api:
            yield api
        return
    layout = Layout.of(target.data)
    sys.stderr.write("Looking for the stack, or starting one …\n")
    signal.signal(signal.SIGTERM, _interrupt)
    started = ensure_up(layout, None, dies_by=signal.SIGTERM)
    try:
        with connect(Target(layout.data, None, target.key)) as api:
            yield api
    finally:
        if started.supervisor is not None:
            bring_down(layout)


def _interrupt(number: int, frame: object) -> None:
    """Let a termination end the stack too, as Ctrl-C does."""
    raise KeyboardInterrupt


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
