"""From what a client asked for to a job, and to its end: the one way of every endpoint that makes something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from gateway.compat.catalogue import Model
from gateway.compat.openai.asking import Asked
from gateway.compat.openai.dialect import NO_RETRY, Refused
from gateway.compat.openai.mapping import MODEL_KEY, Purpose
from gateway.compat.openai.quota import places_left
from gateway.compat.openai.route import add_headers
from gateway.compat.openai.webhook import OpenAIWebhook
from gateway.compat.retries import earlier
from gateway.jobs import reading
from gateway.jobs.accepting import Origin, accept_one, read_request
from gateway.jobs.models import Job, PostJob
from gateway.jobs.waiting import wait_for_end
from mediamill.errors import ErrorClass, InvalidInput
from mediamill.jobs.states import State

LONGEST_WAIT_S = 590.0
"""A little less than the ten minutes after which the clients give up by themselves."""
_LONGEST_KEY = 200


class Wanted(NamedTuple):
    """What to make, for which endpoint."""

    purpose: Purpose
    model: Model
    input: Mapping[str, Any]
    asked_for: str | None = None
    """The model's name as the client gave it."""
    metadata: Mapping[str, str] = {}
    webhook: OpenAIWebhook | None = None


async def create(asked: Asked, wanted: Wanted) -> Job:
    """Accept the job, or find the one that an earlier try of this request made."""
    metadata = {**wanted.metadata, MODEL_KEY: wanted.asked_for or wanted.model.path}
    kind = wanted.model.kind.name
    post = PostJob(kind=kind, input=dict(wanted.input), metadata=metadata, webhook=wanted.webhook)
    try:
        job, replayed = await _first_or_new(asked, post)
    except InvalidInput as error:
        raise _refused(error, wanted.purpose) from error
    add_headers(asked.request, x_mediamill_job=job.id, **await places_left(asked.edge, asked.tenant_id))
    if replayed:
        add_headers(asked.request, idempotent_replayed="true")
    return job


async def create_and_wait(asked: Asked, wanted: Wanted) -> Job:
    """Do the same and give the job when it has succeeded. A client that goes away ends the wait and not the job.

    Raises ``Refused`` when it did not succeed, or not in time.
    """
    with asked.patience.seat():
        job = await create(asked, wanted)
        job_id = UUID(job.id)
        job = await wait_for_end(asked.edge, asked.request, asked.tenant_id, job_id, LONGEST_WAIT_S)
    if job.state is not State.SUCCEEDED:
        raise unsuccessful(job)
    return job


def unsuccessful(job: Job) -> Refused:
    """Tell why a job has no answer to give. What our engine gave up on is not worth another try of the client."""
    if job.state is State.CANCELED:
        return Refused(400, f"The job {job.id} was cancelled.", code="cancelled")
    if job.error is None:
        message = f"The job {job.id} has not ended yet and goes on; ask again to wait for it."
        return Refused(504, message, code="still_running", headers={"x-should-retry": "true"})
    status = 400 if job.error["class"] == ErrorClass.PERMANENT else 500
    return Refused(status, job.error["message"], code=job.error["code"].replace("-", "_"), headers=NO_RETRY)


async def _first_or_new(asked: Asked, post: PostJob) -> tuple[Job, bool]:
    headers = asked.request.headers
    key = headers.get("idempotency-key") or None
    if key is not None and len(key) > _LONGEST_KEY:
        raise Refused(400, f"An Idempotency-Key has at most {_LONGEST_KEY} characters.", code="invalid_idempotency_key")
    origin = Origin(asked.principal, key, None)
    if key is None and headers.get("x-stainless-retry-count", "0") not in {"", "0"}:
        found = await earlier(asked.edge, read_request(asked.edge, origin, post))
        if found is not None:
            async with asked.edge.look() as connection:
                return await reading.show(connection, asked.tenant_id, found), True
    batch = await accept_one(asked.edge, origin, post)
    return batch.jobs[0], batch.replayed


def _refused(error: InvalidInput, purpose: Purpose) -> Refused:
    """Name the wrong field as the client knows it."""
    loc, message = error.errors[0] if error.errors else ([], error.detail)
    path = [str(part) for part in loc if part != "input"]
    if not path:
        return Refused(400, message, code="invalid_input")
    path[0] = purpose.words.get(path[0], path[0])
    param = ".".join(path)
    return Refused(400, f"Invalid value for {param!r}: {message}.", code="invalid_value", param=param)
