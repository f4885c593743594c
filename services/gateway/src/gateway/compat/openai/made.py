"""The bytes that a job made, for answers that carry them instead of a URL."""

from __future__ import annotations

import asyncio
import base64

from gateway.edge import Edge
from gateway.jobs.models import Job
from mediamill.contracts import Asset, MediaAnswer


def assets_of(job: Job, family: str) -> list[Asset]:
    """Give what a job made of a family of media types, such as ``image/``, in its order."""
    return [asset for asset in MediaAnswer.read(job.output or {}).assets if asset.media_type.startswith(family)]


async def base64_of(edge: Edge, sha256: str) -> str:
    """Read bytes from the store and write them as text."""
    return await asyncio.to_thread(lambda: base64.b64encode(b"".join(edge.store.pieces(sha256))).decode())
