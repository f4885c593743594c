"""The routes that make jobs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import StringConstraints

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.ids import PathId
from gateway.jobs.accepting import Origin, accept_many, accept_one
from gateway.jobs.models import Job, PostBatch, PostJob, Revise
from gateway.jobs.revising import revise
from gateway.jobs.waiting import wait_for_end, wanted_wait_s
from gateway.limits import StrictJsonRoute
from gateway.paging import Listed
from gateway.problems import refusals
from gateway.shortway import LongWay
from mediamill.jobs.states import FINAL
from mediamill.telemetry import traces

PATH = "/v1/jobs"

router = APIRouter(tags=["jobs"], route_class=StrictJsonRoute)

IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200)] | None,
    Header(description="the same key with the same body gives the first job again; with another body it is a 409"),
]
Prefer = Annotated[str | None, Header(description="wait=N: hold the answer up to N ≤ 60 s until the job has ended")]
TraceParent = Annotated[str | None, Header(include_in_schema=False)]

_LOCATION = {"description": "where the job is", "schema": {"type": "string"}}
_ACCEPTED = {"description": "Accepted; it will run, whatever breaks.", "headers": {"Location": _LOCATION}}
_ENDED = {"description": "It ended in the time that Prefer gave.", "model": Job}


async def post_job(
    post: PostJob,
    request: Request,
    edge: EdgeOf,
    owner: Owner,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
    traceparent: TraceParent = None,
) -> Response:
    """Accept a job: it is validated, committed and in line when you get its id."""
    origin = Origin(owner, idempotency_key, traces.well_formed(traceparent))
    (job,), replayed = await accept_one(edge, origin, post)
    traces.current().set({"messaging.message.id": job.id, "messaging.destination.name": job.queue})
    headers, status = {"Location": f"/v1/jobs/{job.id}"}, HTTPStatus.ACCEPTED
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    if wait_s := wanted_wait_s(prefer):
        headers["Preference-Applied"] = f"wait={wait_s:.0f}"
        job = await wait_for_end(edge, request, owner.tenant_id, UUID(job.id), wait_s)
        status = HTTPStatus.OK if job.state in FINAL else HTTPStatus.ACCEPTED
    return Response(job.model_dump_json(), status, headers, "application/json")


router.add_api_route(
    PATH,
    post_job,
    methods=["POST"],
    status_code=202,
    summary="Post a job",
    response_model=Job,
    responses={202: _ACCEPTED, 200: _ENDED, **refusals(400, 402, 409, 413, 422, 429)},
    route_class_override=LongWay,
)


@router.post(
    "/v1/jobs/batch",
    status_code=202,
    summary="Post up to 1,000 jobs",
    responses=refusals(400, 402, 409, 413, 422, 429),
)
async def post_batch(
    batch: PostBatch,
    response: Response,
    edge: EdgeOf,
    owner: Owner,
    idempotency_key: IdempotencyKey = None,
    traceparent: TraceParent = None,
) -> Listed[Job]:
    """Accept all of the jobs or none, in the order in which they are listed."""
    origin = Origin(owner, idempotency_key, traces.well_formed(traceparent))
    jobs, replayed = await accept_many(edge, origin, batch.jobs, batch)
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return Listed(data=jobs)


@router.post(
    "/v1/jobs/{id}/revise",
    status_code=202,
    summary="Ask for a job again, with something changed",
    responses={202: _ACCEPTED, **refusals(400, 402, 404, 409, 413, 422, 429)},
)
async def revise_job(
    id: PathId,
    change: Revise,
    response: Response,
    edge: EdgeOf,
    owner: Owner,
    idempotency_key: IdempotencyKey = None,
    traceparent: TraceParent = None,
) -> Job:
    """Accept a new job that makes only what the change touches: all else is answered from history."""
    (job,), replayed = await revise(edge, Origin(owner, idempotency_key, traces.well_formed(traceparent)), id, change)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return job
