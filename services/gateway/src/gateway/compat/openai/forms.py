"""Forms with files: what they say, and their files as assets of the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile

from gateway.assets.upload import Claims, add, keep, pieces_of
from gateway.compat.openai.asking import Asked
from gateway.compat.openai.dialect import Refused
from mediamill.errors import MediamillError, OverStorage

PATHS = frozenset(
    {
        "/openai/v1/audio/transcriptions",
        "/openai/v1/images/edits",
        "/openai/v1/images/variations",
        "/openai/v1/videos",
    }
)
"""Where such forms are taken; they may be larger than other bodies."""
_MULTIPART = "multipart/form-data"
_FAULT_OF_OURS = 500


class Form(NamedTuple):
    """A form; a client writes ``name[]`` or ``name`` for what may come several times."""

    data: FormData

    def text(self, name: str) -> str | None:
        """Give a text, if there is one that is not empty."""
        value = self.data.get(name)
        return value if isinstance(value, str) and value else None

    def texts(self, name: str) -> list[str]:
        """Give every text of a name."""
        return [value for value in self._all(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """Give every file of a name."""
        return [value for value in self._all(name) if isinstance(value, UploadFile)]

    def said(self) -> dict[str, str]:
        """Give the texts of names that may come once."""
        return {name: value for name, value in self.data.items() if isinstance(value, str) and not name.endswith("]")}

    def _all(self, name: str) -> Sequence[UploadFile | str]:
        return [*self.data.getlist(name), *self.data.getlist(f"{name}[]")]


async def read_form(asked: Asked) -> Form:
    """Read the request's form. Raises ``Refused`` for another body."""
    if not asked.request.headers.get("content-type", "").lower().startswith(_MULTIPART):
        raise Refused(400, f"The body is a form, {_MULTIPART}.", code="invalid_body")
    return Form(await asked.request.form())


async def kept(asked: Asked, file: UploadFile, param: str) -> str:
    """Keep a file of a form as an asset and give its id. Raises ``Refused`` that names the field."""
    try:
        upload = await keep(
            asked.edge, asked.tenant_id, pieces_of(file), Claims(file.content_type or "", file.filename or "")
        )
    except MediamillError as error:
        if error.status >= _FAULT_OF_OURS or isinstance(error, OverStorage):
            raise
        raise Refused(400, error.detail or error.title(), code="invalid_value", param=param) from error
    return str((await add(asked.edge, asked.tenant_id, upload))["id"])
