"""Words inside a PNG: iTXt chunks, written without touching the picture."""

from __future__ import annotations

import struct
import zlib

_AFTER_HEADER = 33
"""The signature and the first chunk, IHDR, take so many bytes in every PNG."""


def with_text(png: bytes, key: str, text: str) -> bytes:
    """Give the PNG with a text under a key."""
    kind, content = b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return png[:_AFTER_HEADER] + chunk + png[_AFTER_HEADER:]
