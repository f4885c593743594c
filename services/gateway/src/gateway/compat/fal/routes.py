"""The routes of fal's API. They are plain: a poll every 0.1 s should not pass through FastAPI's reading of requests."""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.compat.fal.accepting import Accepted, accept_request
from gateway.compat.fal.glances import Glances
from gateway.compat.fal.links import CANCEL, READ, open_links, who_may
from gateway.compat.fal.proxy import Proxy
from gateway.compat.fal.starting import look
from gateway.compat.fal.streams import output_stream, status_stream, streaming
from gateway.edge import Edge
from gateway.jobs.cancelling import canceling
from gateway.jobs.models import Job
from gateway.jobs.waiting import wait_for_end
from mediamill.errors import Unavailable
from mediamill.jobs.states import FINAL
from mediamill.webhooks import ed25519, fal

JSON = "application/json"
_YES = frozenset({"1", "true", "True"})


async def run(request: Request) -> Response:
    """Make a job and answer with its output when it has ended; a client that goes away stops nothing."""
    accepted = await accept_request(request, request.path_params["app"])
    job = await _ended(request, accepted)
    if job.state not in FINAL:
        raise Unavailable(f"This gateway ends; the request goes on, ask the queue for {job.id}.")
    return _result(job, accepted.headers)


async def stream(request: Request) -> Response:
    """Make a job and stream how it goes, and last its output."""
    accepted = await accept_request(request, request.path_params["app"])
    frames = output_stream(request.app.state.edge, accepted.tenant_id, accepted.job_id)
    return streaming(request, frames, accepted.headers)


async def submit(request: Request) -> Response:
    """Make a job and tell where to ask for it."""
    accepted = await accept_request(request, request.path_params["app"])
    links = open_links(accepted.job.kind, accepted.tenant_id, accepted.job_id)
    place = accepted.job.queue_position or 0
    told = {"status": "IN_QUEUE", "request_id": accepted.job.id, "queue_position": place, **links._asdict()}
    return _json(told, 200, accepted.headers)


async def status(request: Request) -> Response:
    """Tell where a request is: 202 until it is completed, then 200."""
    owner, job_id = await who_may(request, READ)
    glance = await _glances(request).of(owner, job_id, with_logs=_wants_logs(request))
    return Response(glance.body, glance.http, media_type=JSON)


async def stream_status(request: Request) -> Response:
    """Stream where a request is until it is completed."""
    owner, job_id = await who_may(request, READ)
    edge: Edge = request.app.state.edge
    await look(edge, owner, job_id)
    frames = status_stream(edge, owner, job_id, with_logs=_wants_logs(request))
    return streaming(request, frames, {})


async def result(request: Request) -> Response:
    """Give the output of a request, or the error that it ended with."""
    owner, job_id = await who_may(request, READ)
    headers = {"x-fal-request-id": str(job_id)}
    if (await _glances(request).of(owner, job_id, with_logs=False)).http == 202:
        return _json({"detail": "Request is still in progress"}, 400, headers)
    job = await look(request.app.state.edge, owner, job_id)
    return _result(job, headers)


async def cancel(request: Request) -> Response:
    """End a request and all that it began."""
    owner, job_id = await who_may(request, CANCEL)
    edge: Edge = request.app.state.edge
    async with canceling(edge, owner, job_id) as done:
        pass
    if not done.was_under_way:
        return _json({"status": "ALREADY_COMPLETED"}, 400)
    return _json({"status": "CANCELLATION_REQUESTED"}, 202)


async def keys(request: Request) -> Response:
    """Give what the signatures of webhooks are checked with."""
    return _json(ed25519.jwks(), 200, {"Cache-Control": "public, max-age=3600"})


async def _ended(request: Request, accepted: Accepted) -> Job:
    """Wait for a job's end, but for its start no longer than the client wants."""
    edge: Edge = request.app.state.edge
    owner, job_id = accepted.tenant_id, accepted.job_id
    if accepted.start_timeout_s is not None:
        await wait_for_end(edge, request, owner, job_id, accepted.start_timeout_s)
        job = await look(edge, owner, job_id)
        if job.state in FINAL:
            return job
    return await wait_for_end(edge, request, owner, job_id, math.inf)


def _result(job: Job, headers: dict[str, str]) -> Response:
    shown = job.model_dump(mode="json")
    failure = fal.failure(shown)
    if failure is None:
        return _json(fal.output(shown), 200, headers)
    told = {**headers, **failure.headers, "x-fal-error-type": failure.error_type}
    return _json(failure.body(), failure.status, told)


def _json(value: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(value, ensure_ascii=False).encode(), status, headers, JSON)


def _wants_logs(request: Request) -> bool:
    return request.query_params.get("logs") in _YES


def _glances(request: Request) -> Glances:
    """Give the glances of this gateway, which begin with its first poll."""
    state = request.app.state
    if not hasattr(state, "fal_glances"):
        state.fal_glances = Glances(state.edge)
    found: Glances = state.fal_glances
    return found


router = APIRouter()
_REQUEST = "/fal-queue/{app:path}/requests/{id}"
for path, endpoint, method in (
    ("/fal-queue/.well-known/jwks.json", keys, "GET"),
    (f"{_REQUEST}/status", status, "GET"),
    (f"{_REQUEST}/status/stream", stream_status, "GET"),
    (f"{_REQUEST}/cancel", cancel, "PUT"),
    (_REQUEST, result, "GET"),
    ("/fal-queue/{app:path}", submit, "POST"),
    ("/fal-run/{app:path}/stream", stream, "POST"),
    ("/fal-run/{app:path}", run, "POST"),
):
    router.add_route(path, endpoint, methods=[method], include_in_schema=False)
_OURS = APIRouter(routes=list(router.routes))
router.add_route("/fal-proxy", Proxy(_OURS), methods=["GET", "POST", "PUT"], include_in_schema=False)  # type: ignore[arg-type]  # Starlette takes ASGI apps as well
