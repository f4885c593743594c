"""A request for pictures as an input of ours, and our pictures as an answer."""

from __future__ import annotations

from typing import Any

from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.images.models import Image, Images, ImageUsage, PostImages, TokenDetails
from gateway.compat.openai.made import assets_of, base64_of
from gateway.compat.openai.mapping import passed_on, tokens, unix
from gateway.edge import Edge
from gateway.jobs.models import Job
from mediamill.contracts import Ask, Asset

ROLE = "image"
_THEIR_STYLES = {"vivid", "natural"}


def input_of(post: PostImages, ask: type[Ask]) -> dict[str, Any]:
    """Write the kind's input. Raises ``Refused`` for a format that no picture here has."""
    if post.output_format not in {None, "png"}:
        message = f"Pictures are PNG; {post.output_format!r} is not made."
        raise Refused(400, message, code="unsupported_value", param="output_format")
    given = {"prompt": post.prompt, "n": post.n, "size": None if post.size == "auto" else post.size}
    given["style"] = None if post.style in _THEIR_STYLES else post.style
    said = {name: value for name, value in given.items() if value is not None}
    return {**passed_on(post.model_extra, ask), **said}


def pictures_of(job: Job) -> list[Asset]:
    """Give the job's pictures, without what else it made of them."""
    found = assets_of(job, "image/")
    return [asset for asset in found if asset.role == ROLE] or found


async def images_of(edge: Edge, job: Job, post: PostImages) -> Images:
    """Answer with the pictures of a job that has succeeded."""
    pictures = pictures_of(job)
    if post.response_format == "url":
        data = [Image(url=picture.url) for picture in pictures]
    else:
        data = [Image(b64_json=await base64_of(edge, picture.sha256)) for picture in pictures]
    return Images(created=unix(job.created_at) or 0, data=data, size=size_of(pictures), usage=usage_of(post))


def size_of(pictures: list[Asset]) -> str | None:
    """Give the size of the first picture as ``WxH``."""
    first = pictures[0] if pictures else None
    return f"{first.width}x{first.height}" if first is not None and first.width else None


def usage_of(post: PostImages) -> ImageUsage:
    """Estimate the tokens of a request."""
    count = tokens(post.prompt)
    return ImageUsage(input_tokens=count, total_tokens=count, input_tokens_details=TokenDetails(text_tokens=count))
