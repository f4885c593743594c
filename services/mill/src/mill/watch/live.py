"""The live tree of a job on a terminal."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mediamill.clock import now
from mill.api.models import Event, Job
from mill.watch.board import Board, Row
from mill.watch.views import MARKS

_STYLES = {"running": "cyan", "waiting": "blue", "succeeded": "green", "failed": "red", "canceled": "yellow"}
_BAR_WIDTH = 24
_SPARE_LINES = 4


class LiveView:
    """Redraws the tree in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def event(self, event: Event) -> None:
        """Write what the job itself logs above the tree."""
        if event.type == "job.log" and (text := event.data.get("text") or event.data.get("message")):
            self._console.print(Text(str(text), style="dim"))

    def update(self, board: Board) -> None:
        """Draw what is known now."""
        self._live.update(tree(board, max(6, self._console.height - _SPARE_LINES)))


def tree(board: Board, room: int) -> Table:
    """Draw a board on at most so many lines: what runs first, when not everything has room."""
    table = Table.grid(padding=(0, 1))
    for column in ("what", "how far", "time"):
        table.add_column(column, no_wrap=True)
    table.add_column("said", overflow="ellipsis", no_wrap=True)
    rows = list(board.rows())
    shown = rows if len(rows) <= room else _most_telling(rows, room - 1)
    for row in shown:
        table.add_row(_name(row), _bar(row.job), _time(row.job), _said(row.job))
    if len(shown) < len(rows):
        table.add_row(Text(_summary(rows, len(rows) - len(shown)), style="dim"))
    return table


def _most_telling(rows: list[Row], room: int) -> list[Row]:
    order = {"failed": 1, "running": 2, "waiting": 3, "queued": 4}
    ranked = sorted(rows, key=lambda row: 0 if row.depth == 0 else order.get(row.job.state, 5))
    chosen = {row.job.id for row in ranked[:room]}
    return [row for row in rows if row.job.id in chosen]


def _summary(rows: list[Row], hidden: int) -> str:
    states = Counter(row.job.state for row in rows)
    return f"  and {hidden} more; in all " + ", ".join(f"{count} {state}" for state, count in states.most_common())


def _name(row: Row) -> Text:
    style = _STYLES.get(row.job.state, "dim")
    branch = "  " * (row.depth - 1) + "└ " if row.depth else ""
    return Text.assemble(branch, (MARKS.get(row.job.state, " ") + " ", style), row.label)


def _bar(job: Job) -> RenderableType:
    if job.state in {"running", "waiting"} and job.progress is not None:
        return ProgressBar(total=1, completed=job.progress.share, width=_BAR_WIDTH)
    if job.state == "running":
        return ProgressBar(total=None, pulse=True, width=_BAR_WIDTH)
    if job.state == "succeeded":
        return ProgressBar(total=1, completed=1, width=_BAR_WIDTH)
    return Text(job.state, style=_STYLES.get(job.state, "dim"))


def _time(job: Job) -> Text:
    if job.started_at is None:
        return Text("")
    return Text(f"{((job.finished_at or now()) - job.started_at).total_seconds():6.1f} s", style="dim")


def _said(job: Job) -> Text:
    if job.error is not None:
        return Text(f"{job.error.code}: {job.error.message}", style="red")
    if job.is_final or job.progress is None:
        return Text("")
    return Text(job.progress.message or "", style="dim")
