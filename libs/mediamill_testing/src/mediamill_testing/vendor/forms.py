"""Reads forms with files, and what is known of such a file without opening it."""

from __future__ import annotations

import hashlib
import struct
from email import policy
from email.parser import BytesParser
from typing import Any, NamedTuple

from mediamill.assets.sniff import HEAD, sniff

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
WITH_ALPHA = frozenset({4, 6})
"""The colour types of PNG that hold transparency."""


class File(NamedTuple):
    """A file of a form."""

    name: str
    content: bytes

    def told(self) -> dict[str, Any]:
        """Tell it on a bill."""
        media_type, digest = sniff(self.content[:HEAD]), hashlib.sha256(self.content).hexdigest()
        return {"name": self.name, "media_type": media_type, "bytes": len(self.content), "sha256": digest}

    def png(self) -> tuple[int, int, bool] | None:
        """Give width, height, and whether there is transparency; nothing if it is no PNG."""
        if self.content[:8] != PNG_HEAD or len(self.content) < 26:
            return None
        width, height, _, color = struct.unpack(">IIBB", self.content[16:26])
        return width, height, color in WITH_ALPHA


class Form(NamedTuple):
    """A form: texts, the last of each name, and files, all of each name."""

    texts: dict[str, str]
    files: dict[str, list[File]]

    def told(self) -> dict[str, Any]:
        """Tell it on a bill: texts as they are, and files by their facts."""
        return {**self.texts, **{name: [file.told() for file in files] for name, files in self.files.items()}}


def read_form(content_type: str, body: bytes) -> Form:
    """Read a multipart body; a name that ends with ``[]`` is the same without."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    texts, files = dict[str, str](), dict[str, list[File]]()
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition")).removesuffix("[]")
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        filename = part.get_filename()
        if filename is None:
            texts[name] = content.decode()
        else:
            files.setdefault(name, []).append(File(filename, content))
    return Form(texts, files)
