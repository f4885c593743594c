"""Statements about endpoints and their deliveries; every one is bound to a tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Insert, Select, TextClause, delete, insert, select, text

from mediamill.events.model import Event, EventType
from mediamill.ids import uuid7
from mediamill.webhooks.model import WebhookDelivery, WebhookEndpoint

UNASKED = (EventType.PROGRESS, EventType.LOG)
"""Told only to who names them: they are many, and a stream carries them better."""
USUAL = tuple(type_ for type_ in EventType if type_ not in UNASKED)

ENDPOINT = (
    WebhookEndpoint.id,
    WebhookEndpoint.url,
    WebhookEndpoint.events,
    WebhookEndpoint.created_at,
    WebhookEndpoint.disabled_at,
    WebhookEndpoint.disabled_reason,
)
DELIVERY = (
    WebhookDelivery.id,
    WebhookDelivery.job_id,
    WebhookDelivery.seq,
    WebhookDelivery.state,
    WebhookDelivery.attempts,
    WebhookDelivery.due_at,
    WebhookDelivery.tries,
    WebhookDelivery.created_at,
    WebhookDelivery.delivered_at,
    Event.type,
)


def new_endpoint(tenant_id: UUID, url: str, events: list[str] | None) -> Insert:
    """Make an endpoint; it is told what happens from now on."""
    made = insert(WebhookEndpoint).values(id=uuid7(), tenant_id=tenant_id, url=url, events=events)
    return made.returning(*ENDPOINT)


def endpoint(tenant_id: UUID, endpoint_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find an endpoint."""
    return select(*ENDPOINT).where(WebhookEndpoint.tenant_id == tenant_id, WebhookEndpoint.id == endpoint_id)


def endpoints(tenant_id: UUID, *, before: UUID | None, limit: int) -> Select[*tuple[Any, ...]]:
    """List a tenant's endpoints, newest first."""
    query = select(*ENDPOINT).where(WebhookEndpoint.tenant_id == tenant_id)
    query = query.order_by(WebhookEndpoint.id.desc()).limit(limit)
    return query if before is None else query.where(WebhookEndpoint.id < before)


def drop_endpoint(tenant_id: UUID, endpoint_id: UUID) -> Executable:
    """Forget an endpoint and all that is on its way to it."""
    gone = delete(WebhookEndpoint).where(WebhookEndpoint.tenant_id == tenant_id, WebhookEndpoint.id == endpoint_id)
    return gone.returning(WebhookEndpoint.id)


def deliveries(tenant_id: UUID, endpoint_id: UUID, *, before: UUID | None, limit: int) -> Select[*tuple[Any, ...]]:
    """List an endpoint's deliveries, newest first."""
    query = _deliveries(tenant_id, endpoint_id).order_by(WebhookDelivery.id.desc()).limit(limit)
    return query if before is None else query.where(WebhookDelivery.id < before)


def delivery(tenant_id: UUID, endpoint_id: UUID, delivery_id: UUID) -> Select[*tuple[Any, ...]]:
    """Find a delivery of an endpoint."""
    return _deliveries(tenant_id, endpoint_id).where(WebhookDelivery.id == delivery_id)


def _deliveries(tenant_id: UUID, endpoint_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(*DELIVERY)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .join(Event, (Event.job_id == WebhookDelivery.job_id) & (Event.seq == WebhookDelivery.seq))
        .where(WebhookEndpoint.tenant_id == tenant_id, WebhookDelivery.endpoint_id == endpoint_id)
    )


_REDELIVER = text("""
UPDATE webhook_deliveries SET state = 'pending', failures = 0, due_at = now()
FROM webhook_endpoints
WHERE webhook_deliveries.id = :delivery_id AND webhook_deliveries.endpoint_id = :endpoint_id
  AND webhook_endpoints.id = :endpoint_id AND webhook_endpoints.tenant_id = :tenant_id
  AND webhook_deliveries.state <> 'sending'
RETURNING webhook_deliveries.id
""")


def redeliver() -> TextClause:
    """Send ``:delivery_id`` again, now, under its id and with a new schedule; what is just being sent stays so."""
    return _REDELIVER
