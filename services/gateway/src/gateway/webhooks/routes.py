"""The routes of webhooks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from gateway.auth import Owner
from gateway.edge import EdgeOf
from gateway.ids import PathId, uuid_or_nothing
from gateway.limits import StrictJsonRoute
from gateway.paging import Cursor, Limit, Listed, cut, read_cursor
from gateway.problems import refusals
from gateway.webhooks import models
from gateway.webhooks.checking import check_url
from gateway.webhooks.models import Delivery, FreshWebhook, PostWebhook, Webhook, WebhookSecret
from mediamill.errors import NotFound
from mediamill.webhooks import queries
from mediamill.webhooks.signing import endpoint_secret, message_id, tenant_secret

router = APIRouter(tags=["webhooks"], route_class=StrictJsonRoute)

DeliveryId = Annotated[str, Path(description="the delivery's id", json_schema_extra={"format": "uuid"})]


@router.post("/v1/webhooks", status_code=201, summary="Make a webhook endpoint", responses=refusals(400, 422))
async def post_webhook(post: PostWebhook, edge: EdgeOf, owner: Owner) -> FreshWebhook:
    """Have a URL told of your jobs' events from now on. The signing secret is in this answer and nowhere else."""
    await check_url(edge.config, post.url)
    async with edge.transaction() as connection:
        statement = queries.new_endpoint(owner.tenant_id, post.url, post.types())
        row = (await connection.execute(statement)).mappings().one()
    return models.fresh_webhook(row, endpoint_secret(row["id"]))


@router.get("/v1/webhooks", summary="List webhook endpoints", responses=refusals(422))
async def list_webhooks(edge: EdgeOf, owner: Owner, limit: Limit = 50, cursor: Cursor = None) -> Listed[Webhook]:
    """Give a page of your endpoints, newest first, without their secrets."""
    scope = f"webhooks:{owner.tenant_id}"
    position = read_cursor(cursor, scope)
    statement = queries.endpoints(owner.tenant_id, before=UUID(position) if position else None, limit=limit + 1)
    async with edge.look() as connection:
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, scope)
    return Listed(data=[models.webhook(row) for row in rows], next_cursor=next_cursor)


@router.get("/v1/webhooks/secret", summary="Read the signing secret of jobs' own webhooks", responses=refusals())
async def get_webhook_secret(owner: Owner) -> WebhookSecret:
    """Give the secret that messages of jobs posted with a `webhook` of their own are signed with."""
    return WebhookSecret(secret=tenant_secret(owner.tenant_id))


@router.get("/v1/webhooks/{id}", summary="Get a webhook endpoint", responses=refusals(404))
async def get_webhook(id: PathId, edge: EdgeOf, owner: Owner) -> Webhook:
    """Give an endpoint, without its secret."""
    async with edge.look() as connection:
        row = (await connection.execute(queries.endpoint(owner.tenant_id, id))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"Webhook {id}.")
    return models.webhook(row)


@router.delete("/v1/webhooks/{id}", status_code=204, summary="Delete a webhook endpoint", responses=refusals(404))
async def delete_webhook(id: PathId, edge: EdgeOf, owner: Owner) -> Response:
    """Forget an endpoint, its deliveries and all that is on its way to it."""
    async with edge.transaction() as connection:
        if (await connection.execute(queries.drop_endpoint(owner.tenant_id, id))).one_or_none() is None:
            raise NotFound(f"Webhook {id}.")
    return Response(status_code=204)


@router.get("/v1/webhooks/{id}/deliveries", summary="List an endpoint's deliveries", responses=refusals(404, 422))
async def list_deliveries(
    id: PathId, edge: EdgeOf, owner: Owner, limit: Limit = 50, cursor: Cursor = None
) -> Listed[Delivery]:
    """Give a page of what was sent to an endpoint, newest first, with what it answered."""
    scope = f"deliveries:{id}"
    position = read_cursor(cursor, scope)
    before = UUID(position) if position else None
    statement = queries.deliveries(owner.tenant_id, id, before=before, limit=limit + 1)
    async with edge.look() as connection:
        rows, next_cursor = cut((await connection.execute(statement)).mappings().all(), limit, scope)
        if not rows and (await connection.execute(queries.endpoint(owner.tenant_id, id))).one_or_none() is None:
            raise NotFound(f"Webhook {id}.")
    return Listed(data=[models.delivery(row, message_id(row["id"])) for row in rows], next_cursor=next_cursor)


@router.post(
    "/v1/webhooks/{id}/deliveries/{delivery}/redeliver",
    status_code=202,
    summary="Send an event again",
    responses=refusals(404),
)
async def redeliver(id: PathId, delivery: DeliveryId, edge: EdgeOf, owner: Owner) -> Delivery:
    """Send a message again, now, under the same webhook-id; one that arrives at a disabled endpoint enables it."""
    delivery_id = uuid_or_nothing(delivery)
    async with edge.transaction() as connection:
        names = {"tenant_id": owner.tenant_id, "endpoint_id": id, "delivery_id": delivery_id}
        await connection.execute(queries.redeliver(), names)
        found = await connection.execute(queries.delivery(owner.tenant_id, id, delivery_id))
        row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(f"Delivery {delivery_id} of webhook {id}.")
    return models.delivery(row, message_id(delivery_id))
