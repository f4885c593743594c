"""What PyAV does not tell of an mp4: how its picture is turned when it is shown, as phones record it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_ONE = 0x10000
_STRAIGHT = (_ONE, 0, 0, _ONE)
_MAX_BOXES = 4096


class Box(NamedTuple):
    """A box's name and where its content lies in the file."""

    name: bytes
    start: int
    end: int


class Turn(NamedTuple):
    """The upper left of a picture's display matrix, in 16.16 fixed point."""

    a: int
    b: int
    c: int
    d: int

    @property
    def straight(self) -> bool:
        """Whether the picture is shown as it is coded."""
        return tuple(self) == _STRAIGHT

    @property
    def on_its_side(self) -> bool:
        """Whether width and height change places."""
        return self.a == 0 and self.b != 0


def display_turn(path: Path) -> Turn:
    """Give how the first picture track of an mp4 is turned; straight where the file does not tell or is damaged."""
    try:
        with path.open("rb") as file:
            return next(_turns(file), Turn(*_STRAIGHT))
    except (OSError, struct.error):
        return Turn(*_STRAIGHT)


def _turns(file: BinaryIO) -> Iterator[Turn]:
    size = file.seek(0, 2)
    for moov in _boxes(file, 0, size, b"moov"):
        for trak in _boxes(file, moov.start, moov.end, b"trak"):
            for header in _boxes(file, trak.start, trak.end, b"tkhd"):
                file.seek(header.start)
                content = file.read(min(header.end - header.start, 128))
                at = 52 if content[:1] == b"\x01" else 40
                matrix = struct.unpack_from(">9i2I", content, at)
                if matrix[9] and matrix[10]:
                    yield Turn(matrix[0], matrix[1], matrix[3], matrix[4])


def _boxes(file: BinaryIO, at: int, end: int, name: bytes) -> Iterator[Box]:
    """Give the boxes of one name between two places."""
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        file.seek(at)
        size, found = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        size = size or end - at
        if size < head:
            return
        if found == name:
            yield Box(found, at + head, min(end, at + size))
        at += size
