"""A steady load of short jobs on a stack, and what became of it while something died."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, Self

import httpx

from mediamill.clock import now
from mediamill_testing.stacks import Stack, until

_FIRST_START = """
SELECT min(at) AS at FROM events
WHERE type = 'job.started' AND at > to_timestamp(%(since)s)
  AND (%(ids)s::uuid[] IS NULL OR job_id = ANY(%(ids)s::uuid[]))
"""
_ENDS = """
SELECT count(*) AS jobs, count(*) FILTER (WHERE state = 'succeeded') AS done,
       (SELECT count(*) FROM events WHERE type = 'job.started' AND job_id = ANY(%(ids)s::uuid[])) AS starts
FROM jobs WHERE id = ANY(%(ids)s::uuid[])
"""


class Load:
    """Somebody who posts short jobs all the time, and remembers what was promised."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.jobs: list[tuple[float, str]] = []
        """When each was accepted, and its id."""
        self.refusals: list[httpx.Response] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._post_for_ever)

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: len(self.jobs) > 20 and first_start(self._stack, 0, [job for _, job in self.jobs]))
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def since(self, at: float) -> list[str]:
        """Give what was accepted since a time."""
        return [job for accepted, job in list(self.jobs) if accepted >= at]

    def ended(self) -> dict[str, Any]:
        """Wait until all of it has ended well, and tell how often it began."""
        ids = [job for _, job in self.jobs]
        return until(lambda: (told := self._stack.sql(_ENDS, ids=ids)[0])["done"] == len(ids) and told, 60)

    def _post_for_ever(self) -> None:
        with self._stack.client() as client:
            while not self._stopping.wait(0.02):
                answer = client.post("/v1/jobs", json={"kind": "test.sleep", "input": {"seconds": 0.02}})
                if answer.status_code == 202:
                    self.jobs.append((now().timestamp(), answer.json()["id"]))
                else:
                    self.refusals.append(answer)


def first_start(stack: Stack, since: float, ids: list[str] | None = None) -> datetime | None:
    """Give when a job started first since a time: one of these, or any."""
    found: datetime | None = stack.sql(_FIRST_START, since=since, ids=ids)[0]["at"]
    return found
