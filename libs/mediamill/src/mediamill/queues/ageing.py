"""The order within one tenant's line, in which whoever waits long enough comes first.

Every job gains one step of priority for each ``step_ms`` of its age. All jobs age alike, so who is ahead of whom never
changes while they wait: it is as if each had come ``step_ms`` later for every step that its priority is below 9. That
makes the order one of fixed keys, and within one priority it is the order of the ids, which begin with the time of
acceptance. What was begun before (rank 0) is ahead of all that was not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

_BITS_BELOW_TIME = 80


class Waiting(NamedTuple):
    """A job that is in line and due."""

    job_id: UUID
    kind: str
    rank: int
    priority: int
    """As in the line: nine minus what was asked for, so that 0 is first."""


def in_order(jobs: Iterable[Waiting], step_ms: int) -> list[Waiting]:
    """Order the jobs of one tenant."""

    def key(job: Waiting) -> tuple[int, int, int, UUID]:
        return job.rank, born_ms(job.job_id) + job.priority * step_ms, job.priority, job.job_id

    return sorted(jobs, key=key)


def born_ms(job_id: UUID) -> int:
    """Read the time of acceptance off an id, in milliseconds since 1970."""
    return job_id.int >> _BITS_BELOW_TIME
