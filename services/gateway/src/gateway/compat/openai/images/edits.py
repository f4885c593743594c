"""A form with pictures as an input of ours."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from gateway.compat.openai.asking import Asked
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.forms import Form, kept
from gateway.compat.openai.images import mapping
from gateway.compat.openai.images.models import PostImages
from mediamill.contracts import Ask

_MOST = 16
"""So many pictures OpenAI takes; ours says itself how many of them it does."""


def post_of(form: Form, *, prompt: str | None = None) -> PostImages:
    """Read what a form says beside its files; ``prompt`` is what it says where it has none. Raises ``Refused``."""
    said = form.said()
    if prompt is not None:
        said.setdefault("prompt", prompt)
    try:
        return PostImages.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        param = ".".join(map(str, first["loc"]))
        raise Refused(
            400, f"Invalid value for {param!r}: {first['msg']}.", code="invalid_value", param=param
        ) from error


async def input_of(asked: Asked, form: Form, post: PostImages, ask: type[Ask]) -> dict[str, Any]:
    """Write the kind's input; pictures and mask are kept as assets of the tenant first."""
    given = mapping.input_of(post, ask)
    files = form.files("image")
    if not 1 <= len(files) <= _MOST:
        message = f"The form has {len(files)} files named 'image'; there must be 1 to {_MOST}."
        raise Refused(400, message, code="missing_required_parameter", param="image")
    given["images"] = [await kept(asked, file, "image") for file in files]
    for file in form.files("mask")[:1]:
        given["mask"] = await kept(asked, file, "mask")
    return given
