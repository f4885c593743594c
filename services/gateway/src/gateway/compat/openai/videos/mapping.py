"""A job as a clip of theirs."""

from __future__ import annotations

from gateway.compat.openai.mapping import MODEL_KEY, REMIXED_KEY, VIDEO_STATUSES, their_id, unix
from gateway.compat.openai.videos.models import Video, VideoError
from gateway.jobs.models import Job
from mediamill.jobs.states import State
from mediamill.queues.manifest import KindManifest

PREFIX = "video"
_SOONEST_MS, _LATEST_MS = 250, 5000
_LOOKS = 10
"""So often a client looks while a clip is made that takes as long as its kind expects."""


def video_of(job: Job) -> Video:
    """Show a job as a clip."""
    size = job.input.get("size")
    return Video(
        id=their_id(PREFIX, job.id),
        model=job.metadata.get(MODEL_KEY, job.kind),
        status=VIDEO_STATUSES[job.state],  # type: ignore[arg-type]  # the table holds these words
        progress=_progress(job),
        created_at=unix(job.created_at) or 0,
        completed_at=unix(job.finished_at),
        seconds=f"{job.input.get('seconds', 0):g}",
        size="x".join(map(str, size)) if isinstance(size, list) else str(size or ""),
        prompt=job.input.get("prompt"),
        remixed_from_video_id=job.metadata.get(REMIXED_KEY),
        error=_error(job),
    )


def poll_after_ms(kind: KindManifest) -> int:
    """Say how soon it is worth to look again."""
    return max(_SOONEST_MS, min(_LATEST_MS, round(float(kind.expected_s) * 1000 / _LOOKS)))


def _progress(job: Job) -> int:
    if job.state is State.SUCCEEDED:
        return 100
    told = job.progress
    return int(min(99, 100 * told["current"] / told["total"])) if told and told["total"] else 0


def _error(job: Job) -> VideoError | None:
    if job.state is State.CANCELED:
        return VideoError(code="cancelled", message="The job was cancelled.")
    if job.error is None or job.state is not State.FAILED:
        return None
    return VideoError(code=job.error["code"].replace("-", "_"), message=job.error["message"])
