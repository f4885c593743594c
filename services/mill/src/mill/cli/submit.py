"""``mill jobs submit``."""

from __future__ import annotations

from typing import Annotated

import typer

from mill.api.connect import Target, connect
from mill.cli.assets import guess_type
from mill.cli.fields import pairs, put_fields, read_input
from mill.cli.options import AsJson, Data, Key, Url, examples
from mill.cli.output import show
from mill.cli.views import check_succeeded, tell_job, view_for
from mill.watch.views import SilentView
from mill.watch.watch import watch as follow

EXAMPLES = examples(
    'mill jobs submit text.generate prompt="A haiku about rain" --wait',
    "mill jobs submit image.generate prompt='a red fox at night' n=2 --watch",
    "mill jobs submit video.generate image=@fox.png seconds=4",
    "mill jobs submit flow.film --input film.json --cache reuse --watch",
)

_FIELDS_HELP = "The input's fields; JSON or text, @FILE uploads."

Kind = Annotated[str, typer.Argument(help="What to do; 'mill kinds' lists them.")]
Fields = Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE", help=_FIELDS_HELP, show_default=False)]
Input = Annotated[str | None, typer.Option("--input", "-i", help="A JSON file with the input; '-' is stdin.")]
Wait = Annotated[bool, typer.Option("--wait", help="Print the job when it has ended.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Show it and its children until it has ended.")]
Priority = Annotated[int | None, typer.Option(min=0, max=9, help="9 goes first.", show_default="5")]
Provider = Annotated[str | None, typer.Option(help="Only this provider.")]
Cache = Annotated[str | None, typer.Option(help="'reuse' answers from an equal job of before.", show_default="off")]
MaxCost = Annotated[float | None, typer.Option(help="In USD; dearer is refused.")]
Deadline = Annotated[float | None, typer.Option(help="Seconds until it fails if not done.")]
RunAt = Annotated[str | None, typer.Option(help="Not before, ISO 8601.")]
Webhook = Annotated[str | None, typer.Option(help="A URL that is told of it.")]
Metadata = Annotated[list[str] | None, typer.Option(help="name=value, kept with the job; may be repeated.")]
Idempotency = Annotated[str | None, typer.Option(help="The same key makes the same job.")]


def submit(  # noqa: PLR0913 - each is an option of the command line
    kind: Kind,
    fields: Fields = None,
    *,
    input: Input = None,
    wait: Wait = False,
    watch: Watch = False,
    priority: Priority = None,
    provider: Provider = None,
    cache: Cache = None,
    max_cost: MaxCost = None,
    deadline: Deadline = None,
    run_at: RunAt = None,
    webhook: Webhook = None,
    metadata: Metadata = None,
    idempotency_key: Idempotency = None,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Submit a job. Exit code 5 when it was waited for and did not succeed."""
    options: dict[str, object] = {"priority": priority, "provider": provider, "cache": cache, "max_cost": max_cost}
    options |= {"deadline_s": deadline, "run_at": run_at, "webhook": {"url": webhook} if webhook else None}
    options |= {"metadata": pairs(metadata or [], "--metadata") or None}
    body = {name: value for name, value in options.items() if value is not None}
    with connect(Target(data, url, key)) as api:
        asked = put_fields(read_input(input), fields or [], lambda path: api.upload(path, guess_type(path)).id)
        job = api.submit({**body, "kind": kind, "input": asked}, idempotency_key)
        if not (wait or watch):
            show(job, lambda: typer.echo(job.id), as_json=as_json)
            return
        ended = follow(api, job, view_for(as_json=as_json) if watch else SilentView())
        if not watch:
            show(ended, lambda: tell_job(ended), as_json=as_json)
        check_succeeded(api, ended)
