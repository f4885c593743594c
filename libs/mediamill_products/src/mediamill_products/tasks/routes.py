"""The routes of media tasks."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path
from pydantic_core import to_json

from mediamill.errors import InvalidInput, MediamillError, NotFound
from mediamill_products.caller import Caller, CallerOf, Glimpse, Post
from mediamill_products.catalogue import Poll, Surface
from mediamill_products.standing import standing, why_it_failed
from mediamill_products.tasks.schemas import Accepted, Catalogue, Offer, Stage, TaskStatus
from mediamill_products.tasks.table import NAME_OF, TASKS, Task

PREFIX = "/api/tasks"

router = APIRouter()

TaskName = Annotated[str, Path(description="one of GET /api/tasks", max_length=100)]


class NotInstalled(MediamillError):
    """The queue that does this task is not installed here."""

    code, status = "not-installed", HTTPStatus.NOT_IMPLEMENTED


@router.get(PREFIX, summary="List the tasks")
async def list_tasks(caller: CallerOf) -> Catalogue:
    """Name every task, and tell which kind does it and whether that is installed."""
    return Catalogue(tasks=[_offer(task, installed=caller.offers(task.kind)) for task in TASKS.values()])


@router.post(PREFIX + "/{name}", status_code=HTTPStatus.ACCEPTED, summary="Begin a task")
async def begin_task(name: TaskName, parameters: Annotated[dict[str, Any], Body()], caller: CallerOf) -> Accepted:
    """Accept a job that does the task, and give its id at once."""
    task = TASKS.get(name)
    if task is None:
        raise NotFound(f"There is no task {name!r}; there are: {', '.join(TASKS)}.")
    if not caller.offers(task.kind):
        raise NotInstalled(f"{name} is done by {task.kind}.")
    post = Post(kind=task.kind, input=_input(task, parameters), metadata={"task": name})
    async with caller.transaction() as connection:
        try:
            (job_id,) = await caller.accept(connection, [post])
        except InvalidInput as error:
            raise _in_their_words(error, task, parameters) from error
    return Accepted(task_id=str(job_id), job_id=str(job_id), task=name)


@router.get(PREFIX + "/{job_id}", summary="Ask how a task is")
async def get_task(job_id: UUID, caller: CallerOf) -> TaskStatus:
    """Tell where a task is, and what came of it."""
    return _told(job_id, await caller.glimpse(job_id))


async def _poll(caller: Caller, rest: str) -> bytes | None:
    try:
        job_id = UUID(rest)
    except ValueError:
        return None
    return to_json(_told(job_id, await caller.glimpse(job_id)))


SURFACE = Surface(prefixes=(PREFIX,), polls=(Poll(f"{PREFIX}/", _poll),))


def _input(task: Task, parameters: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return task.input(parameters)
    except ValueError as error:
        raise InvalidInput(f"{error}.", errors=[([], str(error))]) from error


def _in_their_words(error: InvalidInput, task: Task, parameters: Mapping[str, Any]) -> InvalidInput:
    """Name wrong fields as the request did."""
    wrong = [(_called(loc, task, parameters), message) for loc, message in error.errors]
    return InvalidInput(error.detail, errors=wrong)


def _called(loc: list[str | int], task: Task, parameters: Mapping[str, Any]) -> list[str | int]:
    fields = loc[1:] if loc[:1] == ["input"] else loc
    first, *others = fields or [""]
    return [task.called(first, parameters), *others] if isinstance(first, str) and first else list(fields)


def _told(job_id: UUID, seen: Glimpse) -> TaskStatus:
    stage = seen.stage
    return TaskStatus(
        task_id=str(job_id),
        job_id=str(job_id),
        task=NAME_OF.get(seen.kind),
        kind=seen.kind,
        status=standing(seen.state, has_begun=seen.has_begun),
        progress=None if stage is None else Stage(current=stage.current, total=stage.total, message=stage.message),
        result=seen.output,
        error=why_it_failed(seen.state, seen.error),
    )


def _offer(task: Task, *, installed: bool) -> Offer:
    return Offer(name=task.name, kind=task.kind, does=task.does, renamed=dict(task.renamed), installed=installed)
