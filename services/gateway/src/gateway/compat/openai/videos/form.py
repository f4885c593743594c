"""The form in which clips are asked for: always multipart, with or without a picture to begin with."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

from gateway.assets.upload import Claims, keep_bytes
from gateway.compat.openai.asking import Asked
from gateway.compat.openai.dialect import Refused
from gateway.compat.openai.mapping import our_id, passed_on
from mediamill.contracts import Ask

PARAM = "input_reference"
_WORDS = frozenset({"model", "prompt", "seconds", "size", PARAM})


async def input_of(asked: Asked, form: FormData, ask: type[Ask]) -> dict[str, Any]:
    """Write the kind's input. A picture is kept as an asset of the tenant first."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    given: dict[str, Any] = {name: texts[name] for name in ("prompt", "seconds", "size") if texts.get(name)}
    if (image := await _reference(asked, form)) is not None:
        given["image"] = str(image)
    extra = {name: value for name, value in texts.items() if name not in _WORDS}
    return {**passed_on(extra, ask), **given}


async def _reference(asked: Asked, form: FormData) -> UUID | None:
    """Find the picture that a form gives: a file, a file's id, or a data URI."""
    file, file_id, url = form.get(PARAM), form.get(f"{PARAM}[file_id]"), form.get(f"{PARAM}[image_url]")
    if isinstance(file, UploadFile):
        claims = Claims(file.content_type or "", file.filename or "")
        return await keep_bytes(asked.edge, asked.tenant_id, await file.read(), claims)
    if isinstance(file_id, str):
        return our_id("file", file_id)
    if not isinstance(url, str):
        return None
    head, _, text = url.partition(";base64,")
    try:
        content = base64.b64decode(text, validate=True) if head.startswith("data:") else b""
    except binascii.Error:
        content = b""
    if not content:
        message = "A picture is given as a file, as a file_id or as a data URI; other addresses are not fetched."
        raise Refused(400, message, code="invalid_value", param=f"{PARAM}.image_url")
    return await keep_bytes(asked.edge, asked.tenant_id, content, Claims(head.removeprefix("data:"), ""))
