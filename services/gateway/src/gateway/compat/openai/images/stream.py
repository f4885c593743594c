"""Pictures as a stream: those that the job has kept while it still runs, then all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gateway.compat.following import followed
from gateway.compat.openai.asking import Asked
from gateway.compat.openai.following import Frames, ended, frame
from gateway.compat.openai.images.mapping import ROLE, pictures_of, size_of, usage_of
from gateway.compat.openai.images.models import PostImages
from gateway.compat.openai.made import base64_of
from gateway.compat.openai.mapping import unix
from gateway.events.stream import HEARTBEAT
from gateway.jobs.models import Job
from mediamill.assets import queries
from mediamill.events.model import EventType

GENERATED, EDITED = "image_generation", "image_edit"
"""What the events of each endpoint are called."""


async def frames(asked: Asked, job: Job, post: PostImages, family: str) -> Frames:
    """Send up to ``partial_images`` pictures as they are kept, and one completed event for each at the end."""
    job_id, sent = UUID(job.id), 0
    async for row in followed(asked.edge, asked.tenant_id, job_id):
        if row is None:
            yield HEARTBEAT
        elif sent < (post.partial_images or 0) and _is_picture(row["type"], row["data"]):
            yield await _partial(asked, job, row["data"], sent, f"{family}.partial_image")
            sent += 1
    job = await ended(asked, job_id)
    pictures, name = pictures_of(job), f"{family}.completed"
    for picture in pictures:
        shown = {**_facts(job, size_of([picture])), "b64_json": await base64_of(asked.edge, picture.sha256)}
        yield frame({"type": name, **shown, "usage": usage_of(post).model_dump()}, name=name)


async def _partial(asked: Asked, job: Job, data: Mapping[str, Any], index: int, name: str) -> bytes:
    async with asked.edge.look() as connection:
        asset = (await connection.execute(queries.one(asked.tenant_id, UUID(data["asset_id"])))).mappings().one()
    shown = {**_facts(job, f"{asset['width']}x{asset['height']}"), "partial_image_index": index}
    b64 = await base64_of(asked.edge, asset["sha256"])
    return frame({"type": name, **shown, "b64_json": b64}, name=name)


def _facts(job: Job, size: str | None) -> dict[str, Any]:
    facts = {"size": size, "quality": "high", "background": "opaque", "output_format": "png"}
    return {"created_at": unix(job.created_at), **facts}


def _is_picture(event: str, data: Mapping[str, Any]) -> bool:
    return event == EventType.ASSET and data["role"] == ROLE and data["media_type"].startswith("image/")
