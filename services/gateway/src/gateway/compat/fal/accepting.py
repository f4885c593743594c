"""A request of fal's → an accepted job."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from fastapi import Request
from pydantic import ValidationError

from gateway.compat.auth import customer
from gateway.compat.fal.apps import model_of
from gateway.compat.fal.inputs import in_their_words, read_arguments
from gateway.compat.fal.media import with_media
from gateway.compat.fal.starting import HEADER, read_start_timeout
from gateway.edge import Edge
from gateway.events.feed import ENDS
from gateway.jobs.accepting import Origin, accept_one
from gateway.jobs.models import Job, PostJob
from gateway.limits import StrictJsonRequest
from gateway.problems import InvalidRequest
from gateway.webhooks.models import PostWebhook
from mediamill.errors import InvalidInput
from mediamill.webhooks.fal import START_TIMEOUT

PRIORITIES = {"normal": 5, "low": 2}
LONGEST_KEY = 200
_PRIORITY, _KEY = "x-fal-queue-priority", "idempotency-key"


class Webhook(PostWebhook):
    """Somebody who wants to be told in fal's words."""

    dialect: ClassVar[str] = "fal"


class Accepted(NamedTuple):
    """A job that was made, or found again by its Idempotency-Key."""

    job: Job
    tenant_id: UUID
    replayed: bool
    start_timeout_s: float | None

    @property
    def job_id(self) -> UUID:
        """Its id, which is the request's."""
        return UUID(self.job.id)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with every answer about it."""
        return {"x-fal-request-id": self.job.id, **({"Idempotent-Replayed": "true"} if self.replayed else {})}


async def accept_request(request: Request, app: str) -> Accepted:
    """Make the job that a request asks for. Raises whatever speaks against it, before anything is made."""
    edge: Edge = request.app.state.edge
    principal = await customer(request, edge)
    kind = model_of(request.app.state.catalogue, app).kind
    asked = read_arguments(kind, await _arguments(request))
    start_timeout_s = read_start_timeout(request.headers.get(HEADER))
    origin = Origin(principal, _key(request), None)
    webhook = _webhook(request)
    try:
        post = PostJob(
            kind=kind.name,
            input=await with_media(edge, principal.tenant_id, asked),
            priority=PRIORITIES.get(request.headers.get(_PRIORITY, "normal").lower(), PRIORITIES["normal"]),
            webhook=webhook,
            metadata={} if start_timeout_s is None else {START_TIMEOUT: f"{start_timeout_s:g}"},
        )
        (job,), replayed = await accept_one(edge, origin, post)
    except InvalidInput as error:
        raise in_their_words(asked, error) from error
    return Accepted(job, principal.tenant_id, replayed, start_timeout_s)


async def _arguments(request: Request) -> dict[str, Any]:
    strict = StrictJsonRequest(request.scope, request.receive)
    given = await strict.json() if await strict.body() else {}
    if not isinstance(given, dict):
        raise InvalidRequest("The arguments are an object.", errors=[(["body"], "Input should be an object")])
    return given


def _key(request: Request) -> str | None:
    key = request.headers.get(_KEY)
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        why = f"It has 1 to {LONGEST_KEY} characters"
        raise InvalidRequest(f"{why}.", errors=[(["header", _KEY], why)])
    return key


def _webhook(request: Request) -> PostWebhook | None:
    url = request.query_params.get("fal_webhook")
    if not url:
        return None
    try:
        return Webhook(url=url, events=sorted(ENDS))
    except ValidationError as error:
        why = error.errors()[0]["msg"]
        raise InvalidRequest(f"{why}.", errors=[(["query", "fal_webhook"], why)]) from error
