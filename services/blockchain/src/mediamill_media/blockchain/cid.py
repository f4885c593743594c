"""Content identifiers of IPFS, computed here: the same that ``ipfs add --cid-version=1`` gives, before any upload."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

CHUNK = 262_144
"""Bytes of a leaf."""
WIDTH = 174
"""Leaves or nodes that a node links to."""
RAW, DAG_PB = 0x55, 0x70
_SHA256 = b"\x12\x20"
_FILE = 2
_VARINT, _BYTES = 0, 2


class Node(NamedTuple):
    """A block of the tree that a file is cut into."""

    cid: bytes
    size: int
    """Bytes of the file below it."""
    weight: int
    """Bytes of all blocks from it downwards."""


def cid_of(content: Path | bytes) -> str:
    """Give the CID of a file or of some bytes, in base 32."""
    level = [_leaf(chunk) for chunk in _chunks(content)] or [_leaf(b"")]
    while len(level) > 1:
        level = [_joined(level[start : start + WIDTH]) for start in range(0, len(level), WIDTH)]
    return "b" + base64.b32encode(level[0].cid).decode().lower().rstrip("=")


def uri_of(content: Path | bytes) -> str:
    """Give the address of a file or of some bytes."""
    return f"ipfs://{cid_of(content)}"


def _chunks(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield from (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _leaf(chunk: bytes) -> Node:
    return Node(_named(RAW, chunk), len(chunk), len(chunk))


def _joined(children: Sequence[Node]) -> Node:
    """Make the node above some blocks: its links, then how much of the file is below each."""
    size = sum(child.size for child in children)
    links = b"".join(_field(2, _link(child)) for child in children)
    sizes = b"".join(_number(4, child.size) for child in children)
    block = links + _field(1, _number(1, _FILE) + _number(3, size) + sizes)
    return Node(_named(DAG_PB, block), size, len(block) + sum(child.weight for child in children))


def _link(child: Node) -> bytes:
    return _field(1, child.cid) + _field(2, b"") + _number(3, child.weight)


def _named(codec: int, block: bytes) -> bytes:
    return bytes((1, codec)) + _SHA256 + hashlib.sha256(block).digest()


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
