"""Pictures and sounds that are right and take no time to make."""

from __future__ import annotations

import io
import re
import struct
import wave
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

SHAPES = {"square": (512, 512), "square_hd": (1024, 1024), "landscape_16_9": (1024, 576), "portrait_16_9": (576, 1024)}
ASPECTS = {"1:1": (512, 512), "16:9": (1024, 576), "9:16": (576, 1024), "4:3": (1024, 768), "3:4": (768, 1024)}
UNASKED = (64, 64)
RATE = 8_000
SECONDS_A_LETTER = 0.06


@lru_cache(maxsize=64)
def png(width: int, height: int, shade: int = 0) -> bytes:
    """Draw a picture of one grey."""
    rows = (b"\0" + bytes([(shade * 40 + 90) % 256]) * width) * height
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


@lru_cache(maxsize=64)
def wav(seconds: float) -> bytes:
    """Record a quiet triangle of 200 Hz."""
    period = [(index if index < 20 else 40 - index) * 200 - 2000 for index in range(40)]
    count = max(1, int(RATE * seconds))
    frames = struct.pack(f"<{count}h", *(period[index % 40] for index in range(count)))
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames)
    return into.getvalue()


def size_of(input: Mapping[str, Any]) -> tuple[int, int]:
    """Read the size that an input asks for, in the words of any vendor."""
    if "width" in input and "height" in input:
        return int(input["width"]), int(input["height"])
    told = input.get("image_size") or input.get("size") or input.get("aspect_ratio") or ""
    if isinstance(told, Mapping):
        return int(told["width"]), int(told["height"])
    if isinstance(told, list):
        return int(told[0]), int(told[1])
    if pixels := re.fullmatch(r"(\d+)x(\d+)", told):
        return int(pixels[1]), int(pixels[2])
    return SHAPES.get(told) or ASPECTS.get(told) or UNASKED


def seconds_of(input: Mapping[str, Any]) -> float:
    """Read how long a sound is to be: as long as is asked for, or as its text takes."""
    for name in ("duration", "seconds", "seconds_total"):
        if name in input:
            return float(input[name])
    text = next((str(input[name]) for name in ("input", "text", "prompt") if name in input), "")
    return max(0.2, len(text) * SECONDS_A_LETTER)


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
