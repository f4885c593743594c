"""What follows when a job has ended: a parent that waits is told, unfinished children are withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, select

from mediamill.db.prepared import Prepared
from mediamill.jobs import transition
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL, State


def end(connection: Connection, statement: Prepared) -> list[Row[Any]]:
    """Run a transition to a final state and tell the parents. Gives the moved rows, none if somebody was faster.

    The parent's row is locked before its wait is counted down, as it is before a park begins to count: so a child
    that ends while its parent parks is either seen by the parent as ended or finds the wait to count down.
    """
    moved = list(connection.execute(*statement))
    for row in moved:
        if row.parent_id is not None:
            _tell_parent(connection, row)
    return moved


def take_hold(connection: Connection, which: ColumnElement[bool]) -> None:
    """Lock jobs before a statement that takes them out of wherever they are: line, hand-over or wait.

    A statement sees the other tables as they were when it began. Without this, what somebody made while it waited for
    the job's lock, such as the lease of a hand-over, would be left behind for ever.
    """
    connection.execute(select(Job.id).where(which).order_by(Job.id).with_for_update(key_share=True)).all()


def _tell_parent(connection: Connection, child: Row[Any]) -> None:
    connection.execute(select(Job.id).where(Job.id == child.parent_id).with_for_update(key_share=True))
    left = connection.execute(
        *transition.child_ended(child.parent_id, child.parent_step, succeeded=child.state == State.SUCCEEDED)
    ).scalar_one_or_none()
    if left == 0:
        connection.execute(*transition.wake(Job.id == child.parent_id))


def unfinished_children(connection: Connection, parents: Sequence[UUID]) -> list[UUID]:
    """Give the children that have not ended."""
    final = [state.value for state in FINAL]
    query = select(Job.id).where(Job.parent_id.in_(parents), Job.state.not_in(final))
    return list(connection.execute(query).scalars())


def withdraw_descendants(connection: Connection, job_id: UUID) -> list[UUID]:
    """Cancel every unfinished descendant, the deepest first.

    Children before parents is the order in which an ending job takes its locks, so the two cannot wait for each other.
    """
    layers = [[job_id]]
    while found := unfinished_children(connection, layers[-1]):
        layers.append(found)
    withdrawn = []
    for layer in reversed(layers[1:]):
        take_hold(connection, Job.id.in_(layer))
        moved = connection.execute(*transition.cancel(Job.id.in_(layer)))
        withdrawn += [row.id for row in moved]
    return withdrawn
