"""A picture of a flow in text: a line a job, a column a slice of time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mill.story.model import JobStory, Story, Stretch, What

SIGNS = {What.LINE: "·", What.RUN: "█", What.WAIT: "░"}
LOST, OPEN = "✗", "▶"
LEGEND = "· in line   █ running   ░ waiting   ✗ lost with its worker   ▶ goes on"
MOST_ROWS = 200
_LABEL = 38
_NARROWEST = 20
_ORDER = (What.LINE, What.WAIT, What.RUN)
"""What covers what where a column holds several."""


def gantt(story: Story, width: int) -> list[str]:
    """Draw a story within a width: the time from the first job's acceptance to the last end, then a line for each."""
    began = story.job.created_at
    ended = max((_end(job, story.at) for job in _all(story.job)), default=story.at)
    seconds = max((ended - began).total_seconds(), 0.001)
    columns = max(_NARROWEST, width - _LABEL - 1)
    lines = [f"{'':{_LABEL}} 0 s{f'{seconds:.1f} s':>{columns - 3}}"]
    rows = list(_rows(story.job, "", ""))
    for label, job in rows[:MOST_ROWS]:
        bar = _bar(job, began, seconds, columns, story.at)
        lines.append(f"{label[:_LABEL]:{_LABEL}} {bar}".rstrip())
    if len(rows) > MOST_ROWS or story.is_cut:
        lines.append(f"… and {len(rows) - len(rows[:MOST_ROWS])}{' or more' if story.is_cut else ''} others")
    return [*lines, f"{'':{_LABEL}} {LEGEND}"]


def _bar(job: JobStory, began: datetime, seconds: float, columns: int, now: datetime) -> str:
    cells = [" "] * columns
    for what in _ORDER:
        for stretch in job.stretches:
            if stretch.what is what:
                first, last = (
                    _column(at, began, seconds, columns) for at in (stretch.began_at, stretch.ended_at or now)
                )
                cells[first : last + 1] = [SIGNS[what]] * (last + 1 - first)
    for stretch in job.stretches:
        _mark(cells, stretch, began, seconds, columns, now)
    return "".join(cells)


def _mark(cells: list[str], stretch: Stretch, began: datetime, seconds: float, columns: int, now: datetime) -> None:
    at = _column(stretch.ended_at or now, began, seconds, columns)
    if stretch.ended_at is None:
        cells[at] = OPEN
    elif stretch.why.startswith("lost"):
        cells[at] = LOST


def _column(at: datetime, began: datetime, seconds: float, columns: int) -> int:
    share = (at - began).total_seconds() / seconds
    return min(columns - 1, max(0, int(share * columns)))


def _rows(job: JobStory, lead: str, below: str) -> Iterator[tuple[str, JobStory]]:
    yield f"{lead}{job.kind} {job.id[-8:]}", job
    for number, child in enumerate(job.children):
        is_last = number == len(job.children) - 1
        yield from _rows(child, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "))


def _all(job: JobStory) -> Iterator[JobStory]:
    yield job
    for child in job.children:
        yield from _all(child)


def _end(job: JobStory, now: datetime) -> datetime:
    return job.finished_at or now
