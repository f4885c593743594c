"""The driver's own connections: the same statements, without the layers in between."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Select, select, text

from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.ids import uuid7
from mediamill.jobs.model import Job
from mediamill_testing.harness import Mill


@prepared(job_id=UUID, states=dict)
def job_and(job_id: UUID, states: dict[str, str]) -> Select[tuple[UUID, str]]:
    return select(Job.id, Job.state, parameter(states).label("given")).where(
        Job.id == job_id, Job.state.in_(["queued", "running"])
    )


def test_a_row_has_its_columns_as_attributes_and_json_goes_there_and_back(mill: Mill) -> None:
    job = mill.accept("test.noop")

    row = mill.db.one(job_and(job, {"deep": {"é": [1, None]}}))

    assert row == (job, "queued", {"deep": {"é": [1, None]}})
    assert row.given["deep"] == {"é": [1, None]}


def test_no_row_is_none(mill: Mill) -> None:
    assert mill.db.one(job_and(uuid7(), {})) is None


def test_a_cut_connection_is_replaced(mill: Mill) -> None:
    job = mill.accept("test.noop")
    backend = Prepared(text("SELECT pg_backend_pid() AS pid"), {})
    first = mill.db.one(backend)

    with mill.db.unit_of_work() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first.pid})

    assert mill.db.one(job_and(job, {})).id == job
    assert mill.db.one(backend).pid != first.pid


def test_an_error_of_the_statement_is_raised_at_once_and_leaves_nothing_behind(mill: Mill) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        mill.db.one(Prepared(text("SELECT 1 / (0 * :n) AS x"), {"n": 1}))

    assert mill.db.one(Prepared(text("SELECT 1 AS x"), {})).x == 1
