"""What a view of a board must do."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Protocol, Self, TextIO

from mill.api.models import Event, Job
from mill.watch.board import Board, Row

MARKS = {"queued": "·", "running": "▶", "waiting": "…", "succeeded": "✓", "failed": "✗", "canceled": "–"}


class View(Protocol):
    """Shows a board as it changes."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; what was shown stays."""

    def event(self, event: Event) -> None:
        """Show an event of the root."""

    def update(self, board: Board) -> None:
        """Show what is known now."""


def seconds_of(job: Job) -> float | None:
    """Give how long a finished job took."""
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


class SilentView:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def event(self, event: Event) -> None:
        """Not shown."""

    def update(self, board: Board) -> None:
        """Not shown."""


class JsonView(SilentView):
    """One event as JSON a line, for programs."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out

    def event(self, event: Event) -> None:
        """Write it."""
        self._out.write(event.model_dump_json() + "\n")
        self._out.flush()


class PlainView(SilentView):
    """A line for each change of a job's state, and for each new word about the root, for pipes and logs."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._states: dict[str, str] = {}
        self._said: dict[str, str] = {}

    def event(self, event: Event) -> None:
        """Write what the job itself logs."""
        if event.type == "job.log" and (text := event.data.get("text") or event.data.get("message")):
            self._line(event.at.astimezone().strftime("%H:%M:%S"), "log", str(text))

    def update(self, board: Board) -> None:
        """Write what changed."""
        root, *below = board.rows()
        for row in [*below, root] if root.job.is_final else [root, *below]:
            self._told_state(row)
        if root.job.state != "queued":
            self._told_progress(root)

    def _told_state(self, row: Row) -> None:
        job = row.job
        state = job.state
        # A flow waits each time that it waits for a child; its children tell the news.
        if self._states.get(job.id) == state or (state in {"waiting", "queued"} and job.id in self._states):
            return
        if state == "running" and self._states.get(job.id) in {"running", "waiting"}:
            return
        self._states[job.id] = state
        taken = seconds_of(job)
        why = f" {job.error.code}: {job.error.message}" if job.error else ""
        self._line(f"{MARKS.get(state, ' ')} {'  ' * row.depth}{row.label}", state, _seconds(taken) + why)

    def _told_progress(self, row: Row) -> None:
        progress = row.job.progress
        if progress is None or not progress.message or self._said.get(row.job.id) == progress.message:
            return
        self._said[row.job.id] = progress.message
        self._line(f"  {row.label}", f"{progress.share:.0%}", progress.message)

    def _line(self, what: str, how: str, more: str) -> None:
        self._out.write(f"{what:<32} {how:<10} {more}".rstrip() + "\n")
        self._out.flush()


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"
