"""``mill jobs``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mill.api.connect import Target, connect
from mill.api.models import Job
from mill.cli import trace
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Key, Url, Yes, examples
from mill.cli.output import age, confirm, rows, show
from mill.cli.submit import EXAMPLES, submit
from mill.cli.views import check_succeeded, tell_job, view_for
from mill.watch.views import seconds_of
from mill.watch.watch import watch as follow

app = new_app("Jobs, from their submission to their end.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job.")]


app.command(epilog=EXAMPLES)(submit)
app.command(epilog=trace.EXAMPLES)(trace.trace)


@app.command("list", epilog=examples("mill jobs list", "mill jobs list --state failed --kind flow.film --json"))
def list_jobs(  # noqa: PLR0913 - each is an option of the command line
    *,
    state: Annotated[str | None, typer.Option(help="Only in this state.", show_default=False)] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind.", show_default=False)] = None,
    queue: Annotated[str | None, typer.Option(help="Only of this queue.", show_default=False)] = None,
    parent: Annotated[str | None, typer.Option(help="Only the children of this job.", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1)] = 20,
    data: Data = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    with connect(Target(data, url, key)) as api:
        found = api.page("/v1/jobs", limit, state=state, kind=kind, queue=queue, parent=parent)
    show(found, lambda: _table([Job.model_validate(row) for row in found]), as_json=as_json)


@app.command("show", epilog=examples("mill jobs show 0190…", "mill jobs show 0190… --json | jq .output"))
def show_job(job_id: JobId, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show a job."""
    with connect(Target(data, url, key)) as api:
        job = api.job(job_id)
    show(job, lambda: tell_job(job), as_json=as_json)


@app.command(epilog=examples("mill jobs watch 0190…", "mill jobs watch 0190… --json"))
def watch(job_id: JobId, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show a job and its children until it has ended; with --json, its events, one a line."""
    with connect(Target(data, url, key)) as api:
        check_succeeded(api, follow(api, api.job(job_id), view_for(as_json=as_json)))


@app.command(epilog=examples("mill jobs cancel 0190…"))
def cancel(
    job_id: JobId, *, yes: Yes = False, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Cancel a job and its children; one that has ended stays as it is."""
    confirm(f"Cancel the job {job_id}?", yes=yes)
    _post(Target(data, url, key), job_id, "cancel", as_json=as_json)


@app.command(epilog=examples("mill jobs retry 0190…"))
def retry(job_id: JobId, *, data: Data = None, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Put a failed job back in line; its finished steps are not done again."""
    _post(Target(data, url, key), job_id, "retry", as_json=as_json)


def _post(target: Target, job_id: str, verb: str, *, as_json: bool) -> None:
    with connect(target) as api:
        told: Any = api.call("POST", f"/v1/jobs/{job_id}/{verb}")
        job = Job.model_validate(told) if told else api.job(job_id)
    show(job, lambda: typer.echo(f"{job.id} is {job.state}."), as_json=as_json)


def _table(found: list[Job]) -> None:
    rows(
        ["id", "kind", "state", "progress", "took", "created"],
        [
            [
                job.id,
                job.kind,
                job.state,
                f"{job.progress.share:.0%}" if job.progress else "",
                age(seconds_of(job)),
                job.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            ]
            for job in found
        ],
        empty="No jobs.",
    )
