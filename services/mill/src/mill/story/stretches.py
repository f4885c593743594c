"""From events to what a job did, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mill.story.model import Stretch, Told, What

_AFTER = {
    "job.queued": (What.LINE, ""),
    "job.started": (What.RUN, ""),
    "job.waiting": (What.WAIT, ""),
    "job.woken": (What.LINE, "woken"),
    "job.handed_back": (What.LINE, "handed back"),
    "job.retrying": (What.LINE, "to try again"),
}
_ENDS = {"job.succeeded": "succeeded", "job.failed": "failed", "job.canceled": "canceled"}


def stretches(events: Iterable[Told]) -> list[Stretch]:
    """Tell what a job did; the last stretch is open unless the job has ended. A redrive begins anew with a line."""
    told: list[Stretch] = []
    for event in events:
        if event.type in _ENDS:
            _close(told, event.at, _ending(event))
        elif event.type in _AFTER:
            _close(told, event.at, _ending(event))
            told.append(_begun(event))
    return told


def _close(told: list[Stretch], at: datetime, why: str) -> None:
    if told and told[-1].ended_at is None:
        told[-1].ended_at = at
        if told[-1].what is What.RUN:
            told[-1].why = why


def _begun(event: Told) -> Stretch:
    what, why = _AFTER[event.type]
    delay_s = event.data.get("delay_s")
    if event.type == "job.waiting":
        why = str(event.data.get("reason", ""))
    elif event.data.get("redrive"):
        why = "redriven"
    elif delay_s:
        why = f"{why} after {float(delay_s):.1f} s"
    return Stretch(
        what=what,
        began_at=event.at,
        delivery=event.data.get("delivery"),
        attempt=event.data.get("attempt"),
        why=why,
    )


def _ending(event: Told) -> str:
    """Say how a run ended, in the words of what came next."""
    error = (event.data.get("error") or {}).get("code")
    match event.type:
        case "job.waiting":
            return "parked"
        case "job.handed_back" if event.data.get("reason") == "worker_lost":
            return "lost with its worker"
        case "job.handed_back":
            return f"handed back: {event.data.get('reason', '')}"
        case "job.retrying":
            return f"failed, {error}" if error else "failed"
        case "job.failed":
            return f"failed for good, {error}" if error else "failed for good"
        case _:
            return _ENDS.get(event.type, "")
