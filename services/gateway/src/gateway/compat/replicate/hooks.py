"""Whom a prediction's maker wants to be told, and of what."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.compat.replicate.models import COMPLETED, TOLD_BY, PostPrediction, Webhook
from gateway.problems import InvalidRequest
from mediamill.webhooks.model import JobWebhook


def hook_of(post: PostPrediction) -> Webhook | None:
    """Read the webhook of a request; the old ``webhook_completed`` is told of the end alone."""
    if post.webhook:
        asked = post.webhook_events_filter or list(TOLD_BY)
        return _hook("webhook", post.webhook, [type_ for name in asked for type_ in TOLD_BY[name]])
    if post.webhook_completed:
        return _hook("webhook_completed", post.webhook_completed, list(COMPLETED))
    return None


async def told_to(connection: AsyncConnection, job_ids: Collection[UUID]) -> dict[str, str]:
    """Give whom jobs tell, by their ids; a job that tells nobody is not there."""
    query = select(JobWebhook.job_id, JobWebhook.url).where(JobWebhook.job_id.in_(job_ids))
    return {str(row.job_id): row.url for row in await connection.execute(query)}


def _hook(field: str, url: str, events: list[str]) -> Webhook:
    try:
        return Webhook.model_validate({"url": url, "events": list(dict.fromkeys(events))})
    except ValidationError as error:
        why = error.errors()[0]["msg"]
        raise InvalidRequest(f"{why}.", errors=[([field], why)]) from error
