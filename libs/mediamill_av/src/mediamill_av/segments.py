"""The pieces of a film's picture: copied, known from before, or made, as many at a time as there are cores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mediamill.assets.intake import sha256_of
from mediamill_av.canvas import Canvas
from mediamill_av.ffmpeg import binary
from mediamill_av.fonts import put_fonts
from mediamill_av.graph import SUBTITLES, window_command
from mediamill_av.house import threads_alone
from mediamill_av.kept import Kept
from mediamill_av.layers import Blend
from mediamill_av.packets import Run, frames_of
from mediamill_av.plan import Plan
from mediamill_av.runner import Command, Progress, run
from mediamill_av.windows import Window

_MADE_BY = 1
"""Raised when the same plan would come out otherwise, so that what was kept before is made again."""
_LOOK_S = 0.25


class _Job(NamedTuple):
    """A window to be made: by which command, and under which key it is kept."""

    window: Window
    command: Command
    key: str


@dataclass
class Maker:
    """Makes the windows of a film in a private folder."""

    plan: Plan
    canvas: Canvas
    folder: Path
    kept: Kept | None = None
    frames_known: int = 0
    """How many frames were known from before."""
    _digests: dict[Path, str] = field(default_factory=dict)

    def pieces(self, windows: Sequence[Window], tell: Progress) -> list[Run]:
        """Give each window as coded frames, in order."""
        put_fonts(self.folder)
        jobs = [self._job(window) for window in windows if window.copy is None]
        missing = [job for job in jobs if not self._known(job)]
        self.frames_known = sum(job.window.frames for job in jobs) - sum(job.window.frames for job in missing)
        total = sum(window.frames for window in windows)
        there = total - sum(job.window.frames for job in missing)
        _side_by_side(missing, self.kept, lambda frames: tell((there + frames) / total))
        return [window.copy or Run(self._output(window), 0, window.frames) for window in windows]

    def _output(self, window: Window) -> Path:
        return self.folder / f"window{window.first}-{window.frames}" / "picture.mp4"

    def _job(self, window: Window) -> _Job:
        output, lead, script = self._output(window), 0, ""
        output.parent.mkdir(exist_ok=True)
        if window.subtitled:
            script, lead = self.plan.subtitles.cue(window.first, window.end, self.canvas.fps)
            (output.parent / SUBTITLES).write_text(script, encoding="utf-8")
        command = window_command(window, self.canvas, lead, output.parent, output)
        return _Job(window, command, "" if self.kept is None else self._key(window, command, script))

    def _known(self, job: _Job) -> bool:
        """Find what was made before. What does not hold its frames is forgotten."""
        output = job.command.output
        if output is None or output.exists():
            return output is not None
        if self.kept is None or not self.kept.take(job.key, output):
            return False
        if frames_of(output) == job.window.frames:
            return True
        output.unlink()
        self.kept.drop(job.key)
        return False

    def _key(self, window: Window, command: Command, script: str) -> str:
        """Name a window by all that decides how it looks: encoder, graph, what its files hold, what is written."""
        files = {str(path.absolute()): self._digest(path) for path in _files(window)}
        arguments = [files.get(argument, argument) for argument in command.arguments]
        told = [_MADE_BY, binary().version, arguments, window.frames, script]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = sha256_of(path)
        return self._digests[path]


def _files(window: Window) -> Iterable[Path]:
    for part in window.parts:
        segment = part.segment
        shots = (segment.before, segment.after) if isinstance(segment, Blend) else (segment.shot,)
        yield from (shot.path for shot in shots if shot is not None)


def _side_by_side(jobs: Sequence[_Job], kept: Kept | None, tell: Callable[[float], None]) -> None:
    """Run all, a core each, telling how many frames are made; the first failure ends the others."""
    done = dict.fromkeys((job.window.first for job in jobs), 0.0)
    with ThreadPoolExecutor(threads_alone(), "window") as pool:
        running = {pool.submit(copy_context().run, _make, job, kept, done) for job in jobs}
        try:
            _watch(running, done, tell)
        finally:
            for future in running:
                future.cancel()


def _make(job: _Job, kept: Kept | None, done: dict[int, float]) -> None:
    """Make a window, and keep it at once: whoever begins this film again need not."""

    def note(fraction: float) -> None:
        done[job.window.first] = fraction * job.window.frames

    run(job.command, note)
    if kept is not None and job.command.output is not None:
        kept.give(job.key, job.command.output)


def _watch(running: set[Future[None]], done: Mapping[int, float], tell: Callable[[float], None]) -> None:
    left = running
    while left:
        ended, left = wait(left, _LOOK_S, FIRST_EXCEPTION)
        for future in ended:
            future.result()
        tell(sum(done.values()))
