"""Following a job to its end."""

from __future__ import annotations

import queue
import threading

from mediamill.clock import monotonic
from mill.api.client import Api
from mill.api.models import Event, Job
from mill.api.stream import events
from mill.errors import MillError
from mill.watch.board import Board
from mill.watch.views import View

LOOK_S = 0.7
_TICK_S = 0.15
_LAST_WORDS_S = 5.0


def watch(api: Api, job: Job, view: View) -> Job:
    """Show a job until it has ended, and give it as it ended.

    The stream brings the root's news at once; the tree below it is looked at every so often, which also ends the
    watch when a proxy swallows the stream.
    """
    board = Board(job)
    told: queue.Queue[Event | None] = queue.Queue()
    threading.Thread(target=_pump, args=(api, job.id, told), daemon=True).start()
    with view:
        looked, closed = 0.0, False
        while not board.root.is_final:
            just_closed = _drain(told, board, view)
            closed = closed or just_closed
            if just_closed or monotonic() - looked >= LOOK_S:
                board.refresh(api)
                looked = monotonic()
            view.update(board)
        _last_words(told, board, view, closed=closed)
        board.refresh(api)
        view.update(board)
    return board.root


def _pump(api: Api, job_id: str, told: queue.Queue[Event | None]) -> None:
    try:
        for event in events(api, job_id):
            told.put(event)
    except MillError:
        pass  # the looks at the job will tell what is wrong
    finally:
        told.put(None)


def _drain(told: queue.Queue[Event | None], board: Board, view: View) -> bool:
    """Take in what has come within a tick; true when the stream has ended."""
    deadline = monotonic() + _TICK_S
    while (left := deadline - monotonic()) > 0:
        try:
            event = told.get(timeout=left)
        except queue.Empty:
            return False
        if event is None:
            return True
        board.note(event)
        view.event(event)
    return False


def _last_words(told: queue.Queue[Event | None], board: Board, view: View, *, closed: bool) -> None:
    """Wait for the stream's end, so that its final event is shown too."""
    deadline = monotonic() + _LAST_WORDS_S
    while not closed and monotonic() < deadline:
        closed = _drain(told, board, view)
