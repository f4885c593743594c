"""What is known of a job and of the jobs below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from mill.api.client import Api
from mill.api.models import Event, Job, Progress

_DEEPEST = 4


class Row(NamedTuple):
    """One job as it is shown: where it stands in the tree and what it is called there."""

    job: Job
    depth: int
    label: str


class Board:
    """The tree of a job, brought up to date from the API; events of its root come in between."""

    def __init__(self, root: Job) -> None:
        self.root = root
        self._children: dict[str, list[Job]] = {}

    def note(self, event: Event) -> None:
        """Take in what an event tells of the root's progress, ahead of the next look."""
        if event.type == "job.progress" and event.job_id == self.root.id:
            progress = Progress.model_validate(event.data)
            self.root = self.root.model_copy(update={"progress": progress})

    def refresh(self, api: Api) -> None:
        """Look again at everything that has not ended."""
        if not self.root.is_final:
            self.root = api.job(self.root.id)
        self._refresh_below(api, self.root, depth=1)

    def rows(self) -> Iterator[Row]:
        """Give the tree from its root down, children in the order of their making."""
        yield Row(self.root, 0, self.root.kind)
        yield from self._below(self.root.id, 1)

    def _below(self, job_id: str, depth: int) -> Iterator[Row]:
        children = self._children.get(job_id, [])
        total, seen = Counter(child.kind for child in children), Counter[str]()
        for child in children:
            seen[child.kind] += 1
            label = f"{child.kind} {seen[child.kind]}" if total[child.kind] > 1 else child.kind
            yield Row(child, depth, label)
            yield from self._below(child.id, depth + 1)

    def _refresh_below(self, api: Api, job: Job, depth: int) -> None:
        if depth > _DEEPEST or job.state == "queued" or not _may_have_children(job):
            return
        known = self._children.get(job.id, [])
        if not (job.is_final and known and all(child.is_final for child in known)):
            self._children[job.id] = api.children(job.id)
        for child in self._children[job.id]:
            self._refresh_below(api, child, depth + 1)


def _may_have_children(job: Job) -> bool:
    """Only flows run other jobs, and the test flow that stands for them."""
    return job.kind.startswith(("flow.", "test.fanout"))
