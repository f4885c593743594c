"""The route that vendors call."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from gateway.edge import EdgeOf
from gateway.limits import StrictJsonRequest
from gateway.problems import refusals
from gateway.shortway import LongWay, Way
from gateway.tracing import write_told
from mediamill import clock
from mediamill.errors import NotFound, TooLarge
from mediamill.hints import DISPATCH, job_topic, tenant_topic
from mediamill.jobs.settled import Settled
from mediamill.providers.hooks import PATH, token_hash
from mediamill.providers.protocol import Ended
from mediamill.telemetry import traces
from mediamill_vendors import shelf
from mediamill_vendors.forged import Forged

MOST_BYTES = 1_000_000

router = APIRouter(tags=["hooks"])

VendorName = Annotated[str, Path(description="the vendor's name")]
Token = Annotated[str, Path(description="the purchase's own token", max_length=100)]


async def post_hook(vendor: VendorName, token: Token, request: Request, edge: EdgeOf) -> Response:
    """For vendors only: signed by them, at a URL that one purchase has. What was told before changes nothing."""
    began_ns = clock.epoch_ns()
    ended = await _read(vendor, request)
    if ended is not None:
        outcome = await edge.ends.settle(Settled(vendor, token_hash(token), ended))
        if outcome is None:
            raise NotFound("No purchase has this token.")
        if traces.is_on():
            write_told(vendor, outcome, request.headers, began_ns)
        if outcome.is_woken:
            edge.tell(DISPATCH, job_topic(outcome.job_id), tenant_topic(outcome.tenant_id))
    return Response(status_code=204)


async def _take(request: StrictJsonRequest) -> Response | None:
    """Call with what the path says: a vendor tells thousands of ends, and there is nothing to read before."""
    _, _, told = request.scope["path"].partition(f"{PATH}/")
    vendor, _, token = told.partition("/")
    return await post_hook(vendor, token, request, request.app.state.edge) if token and "/" not in token else None


WAY = Way(lambda path: path.startswith(f"{PATH}/"), _take)

router.add_api_route(
    PATH + "/{vendor}/{token}",
    post_hook,
    methods=["POST"],
    status_code=204,
    summary="Tell of a prediction",
    responses=refusals(401, 404, 413),
    openapi_extra={"security": []},
    route_class_override=LongWay,
)


async def _read(vendor: str, request: Request) -> Ended | None:
    """Verify what came and read it; the vendor is asked for its secret where what is known of it does not do."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge(f"At most {MOST_BYTES:,} bytes.")
    headers, query, told = dict(request.headers), dict(request.query_params), shelf.vendor(vendor)
    try:
        return told.read_hook(headers, query, body)
    except Forged:
        await to_thread.run_sync(told.learn)
    return told.read_hook(headers, query, body)
