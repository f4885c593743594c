"""Clips out of the database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gateway.compat.openai.asking import Asked
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.made import assets_of
from gateway.compat.openai.mapping import VIDEOS, our_id
from gateway.compat.openai.videos import queries
from gateway.compat.openai.videos.mapping import PREFIX
from gateway.jobs import reading
from gateway.jobs.models import Job
from mediamill.assets import queries as asset_queries
from mediamill.contracts import Asset
from mediamill.errors import NotFound
from mediamill.jobs.states import State

_PICTURES = {"thumbnail": ("poster", "thumbnail"), "spritesheet": ("contact_sheet", "spritesheet")}
"""Variants of a clip, and the roles in which a kind may give them."""


def kinds_of(asked: Asked) -> list[str]:
    """Give the kinds whose jobs are clips."""
    kinds = asked.edge.registry.kinds.values()
    return [kind.name for kind in kinds if kind.queue == VIDEOS.queue and VIDEOS.field in kind.ask.model_fields]


async def clip(asked: Asked, video_id: str) -> Job:
    """Give a clip's job. Raises ``NotFound``."""
    job_id = our_id(PREFIX, video_id)
    async with asked.edge.look() as connection:
        statement = queries.clip(asked.tenant_id, job_id, kinds_of(asked))
        row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"Video {video_id}.")
        return (await reading.show_rows(connection, asked.tenant_id, [row]))[0]


async def content(asked: Asked, job: Job, variant: str) -> Any:
    """Give the row of the asset that is a variant of a clip. Raises ``Refused`` when there is none, or not yet."""
    if job.state is not State.SUCCEEDED:
        raise Refused(404, "The video is not completed.", code="not_ready", param="video_id")
    found = _variants(job, variant)
    if not found:
        message = f"This model gives no {variant!r} of its videos."
        raise Refused(404, message, code="unsupported_value", param="variant")
    async with asked.edge.look() as connection:
        statement = asset_queries.one(asked.tenant_id, UUID(found[0].id))
        row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound("The bytes of this video are no longer kept.")
    return row


def _variants(job: Job, variant: str) -> list[Asset]:
    if variant == "video":
        return assets_of(job, "video/")
    return [asset for asset in assets_of(job, "image/") if asset.role in _PICTURES.get(variant, ())]
