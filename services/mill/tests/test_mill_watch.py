"""What is shown of a job and of the jobs below it."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from mill.api.models import Event, Job
from mill.watch.board import Board
from mill.watch.live import tree
from mill.watch.views import JsonView, PlainView


def _job(number: int, kind: str, state: str, **more: Any) -> Job:
    return Job.model_validate(
        {"id": f"id-{number:04}", "kind": kind, "state": state, "created_at": "2026-11-24T12:00:00Z", **more}
    )


class _Api:
    """Answers from two tables; what a board asks an API for and nothing more."""

    def __init__(self, jobs: list[Job], below: dict[str, list[Job]]) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._below = below

    def job(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def children(self, job_id: str) -> list[Job]:
        return self._below.get(job_id, [])


def _board(root: Job, children: list[Job]) -> Board:
    board = Board(root)
    board.refresh(_Api([root], {root.id: children}))  # type: ignore[arg-type]
    return board


def test_children_are_numbered_by_kind_in_the_order_of_their_making() -> None:
    children = [_job(2, "audio.speech", "running"), _job(3, "audio.speech", "queued"), _job(4, "audio.music", "queued")]

    rows = list(_board(_job(1, "flow.film", "waiting"), children).rows())

    assert [row.label for row in rows] == ["flow.film", "audio.speech 1", "audio.speech 2", "audio.music"]
    assert [row.depth for row in rows] == [0, 1, 1, 1]


def test_a_pipe_gets_a_line_for_each_change_and_none_twice() -> None:
    out = io.StringIO()
    view = PlainView(out)
    root = _job(1, "flow.film", "waiting", progress={"current": 1, "total": 4, "message": "reading"})
    times = {"started_at": "2026-11-24T12:00:00Z", "finished_at": "2026-11-24T12:00:01.5Z"}

    view.update(_board(root, [_job(2, "audio.speech", "running")]))
    view.update(_board(root, [_job(2, "audio.speech", "running")]))
    view.update(_board(root, [_job(2, "audio.speech", "succeeded", **times)]))

    assert [line.split() for line in out.getvalue().splitlines()] == [
        ["…", "flow.film", "waiting"],
        ["▶", "audio.speech", "running"],
        ["flow.film", "25%", "reading"],
        ["✓", "audio.speech", "succeeded", "1.5", "s"],
    ]


def test_a_failure_is_shown_with_its_code_and_message() -> None:
    out = io.StringIO()
    failed = _job(1, "image.generate", "failed", error={"code": "bad-media", "message": "not a picture"})

    PlainView(out).update(Board(failed))

    assert "failed" in out.getvalue()
    assert "bad-media: not a picture" in out.getvalue()


def test_with_json_every_event_is_a_line_with_all_its_fields() -> None:
    out = io.StringIO()
    event = Event.model_validate(
        {"seq": 1, "job_id": "j", "type": "job.queued", "at": "2026-11-24T12:00:00Z", "data": {}, "extra": 1}
    )

    JsonView(out).event(event)

    assert Event.model_validate_json(out.getvalue()) == event
    assert out.getvalue().count("\n") == 1


def test_progress_told_by_an_event_is_shown_before_the_next_look() -> None:
    board = Board(_job(1, "image.generate", "running"))

    board.note(
        Event.model_validate(
            {
                "seq": 2,
                "job_id": "id-0001",
                "type": "job.progress",
                "at": "2026-11-24T12:00:00Z",
                "data": {"current": 3, "total": 4, "message": "drawing"},
            }
        )
    )

    assert board.root.progress is not None
    assert board.root.progress.share == 0.75


def test_a_tree_that_is_too_long_shows_what_runs_and_counts_the_rest() -> None:
    children = [_job(number, "test.noop", "succeeded") for number in range(2, 500)] + [
        _job(600, "test.noop", "running")
    ]
    board = _board(_job(1, "flow.film", "waiting"), children)
    console = Console(file=io.StringIO(), width=100, record=True)

    console.print(tree(board, room=10))

    text = console.export_text()
    assert "test.noop 499" in text
    assert "498 succeeded" in text
    assert len(text.splitlines()) == 10
