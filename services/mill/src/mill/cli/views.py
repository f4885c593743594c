"""Choosing how a watched job is shown."""

from __future__ import annotations

from mill.api.client import Api
from mill.api.models import Job
from mill.cli.output import console, facts, on_terminal
from mill.errors import ExitCode, MillError
from mill.watch.live import LiveView
from mill.watch.views import JsonView, PlainView, View, seconds_of


class JobFailed(MillError):
    """A job that was waited for did not succeed."""

    exit_code = ExitCode.JOB_FAILED
    title = "The job did not succeed"


def view_for(*, as_json: bool) -> View:
    """Give the view that fits whoever reads."""
    if as_json:
        return JsonView()
    return LiveView(console) if on_terminal() else PlainView()


def check_succeeded(api: Api, job: Job) -> None:
    """Raise ``JobFailed`` with everything that is known when a finished job did not succeed."""
    if job.state == "succeeded":
        return
    why = f"{job.error.code}: {job.error.message}" if job.error else job.state
    raise JobFailed(f"{job.kind} {job.id} {job.state}: {why}\nLook at {api.url}/v1/jobs/{job.id}", log=api.worker_log)


def tell_job(job: Job) -> None:
    """Print a job for people."""
    taken = seconds_of(job)
    facts(
        {
            "id": job.id,
            "kind": job.kind,
            "state": job.state,
            "waits for": f"{job.waiting_for.reason}: {job.waiting_for.detail}" if job.waiting_for else None,
            "progress": f"{job.progress.share:.0%} {job.progress.message or ''}".strip() if job.progress else None,
            "error": f"{job.error.code}: {job.error.message}" if job.error else None,
            "attempt": job.attempt if job.attempt > 1 else None,
            "parent": job.parent_id,
            "created": job.created_at.astimezone().isoformat(timespec="seconds"),
            "took": f"{taken:.1f} s" if taken is not None else None,
        }
    )
    for asset in job.assets:
        facts({asset.role: f"{asset.id}  {asset.media_type}"})
