"""Where a request is read and cancelled, with and without the word that opens it, and who may go there."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from gateway.compat import capability
from gateway.compat.addresses import address
from gateway.compat.auth import customer
from gateway.compat.capability import Opened
from gateway.compat.catalogue import OWNER
from gateway.compat.fal.models import Links
from gateway.ids import uuid_or_nothing
from mediamill.errors import Forbidden

READ, CANCEL = "fal-read", "fal-cancel"
_WORD = "capability"


def links_of(kind: str, job_id: UUID) -> Links:
    """Give the URLs of a request, under our own name of its model."""
    base = address(f"/fal-queue/{OWNER}/{kind.replace('.', '-')}/requests/{job_id}")
    return Links(response_url=base, status_url=f"{base}/status", cancel_url=f"{base}/cancel")


def open_links(kind: str, tenant_id: UUID, job_id: UUID) -> Links:
    """Give the same, each with the word that opens it; only who made the request is told these."""
    links, read = links_of(kind, job_id), f"?{_WORD}={capability.grant(READ, tenant_id, job_id)}"
    return Links(
        response_url=links.response_url + read,
        status_url=links.status_url + read,
        cancel_url=f"{links.cancel_url}?{_WORD}={capability.grant(CANCEL, tenant_id, job_id)}",
    )


async def who_may(request: Request, purpose: str) -> Opened:
    """Tell whose request the path names, by the key that is sent, or else by the word in the URL.

    Raises ``Unauthorized``, ``Forbidden``, or ``NotFound`` for what is no id.
    """
    job_id, word = uuid_or_nothing(request.path_params["id"]), request.query_params.get(_WORD)
    if word is None or "authorization" in request.headers:
        return Opened((await customer(request, request.app.state.edge)).tenant_id, job_id)
    opened = capability.opened(purpose, word)
    if opened.job_id != job_id:
        raise Forbidden("The signature does not fit this URL.")
    return opened
