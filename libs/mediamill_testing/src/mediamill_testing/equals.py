"""Asking a mill for equal work, and seeing who does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mediamill.errors import Permanent
from mediamill.handlers.endings import describe
from mediamill.jobs import transition
from mediamill.jobs.accept import accept
from mediamill.jobs.model import Line, Wait
from mediamill.jobs.states import State
from mediamill_testing.harness import Mill

SIGNAL = {"name": "go"}
"""An input of ``shop.signal``, which goes on for as long as a test wants it to."""


def ask(mill: Mill, kind: str = "shop.signal", input: dict[str, Any] | None = None, **facts: Any) -> UUID:
    """Accept a job with ``cache: reuse``."""
    return mill.accept(kind, SIGNAL if input is None else input, **{"cache": "reuse", **facts})


def ask_many(mill: Mill, count: int) -> list[UUID]:
    """Accept equal jobs at once."""
    with mill.db.unit_of_work() as connection:
        made = accept(connection, [mill.request("shop.signal", SIGNAL, cache="reuse") for _ in range(count)])
    return [one.job_id for one in made]


def states(mill: Mill, jobs: Sequence[UUID]) -> list[State]:
    """Give the states of jobs, in their order."""
    return [mill.state_of(job) for job in jobs]


def followers(mill: Mill) -> list[UUID]:
    """Give the jobs that wait for an equal one, oldest first."""
    query = select(Wait.job_id).where(Wait.reason == "coalesced").order_by(Wait.job_id)
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(query).scalars())


def in_line(mill: Mill) -> list[UUID]:
    """Give the jobs that are in line, oldest first."""
    with mill.db.unit_of_work() as connection:
        return list(connection.execute(select(Line.job_id).order_by(Line.job_id)).scalars())


def end_without_landing(mill: Mill, job: UUID, output: dict[str, Any] | None) -> None:
    """Have a job in line end, or fail without an output, as if its worker died when it had written that down."""
    mill.dispatcher.tick()
    mill.wire.deliveries.clear()
    delivery = mill.job(job).delivery
    ending = transition.fail(job, delivery, describe(Permanent("As asked.")))
    if output is not None:
        ending = transition.succeed(job, delivery, output, reusable=True)
    with mill.db.unit_of_work() as connection:
        connection.execute(*transition.claim(job, delivery, mill.worker.registration.worker_id)).one()
        connection.execute(*ending).one()
