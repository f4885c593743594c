"""Whether a worker has the code of a job, as conditions of statements that see both."""

from __future__ import annotations

from sqlalchemy import ColumnElement, SmallInteger, cast, func
from sqlalchemy.dialects.postgresql import JSONB

from mediamill.jobs.model import Job, Worker


def serves() -> ColumnElement[bool]:
    """Hold where a worker has the job's generation or, before the job has one, its kind."""
    generations = func.jsonb_extract_path(Worker.serves, Job.kind, type_=JSONB)
    return func.coalesce(generations.contains(func.to_jsonb(Job.generation)), generations.is_not(None))


def highest() -> ColumnElement[int]:
    """Give the highest generation that a worker has of the job's kind."""
    return cast(func.jsonb_extract_path_text(Worker.serves, Job.kind, "-1"), SmallInteger)
