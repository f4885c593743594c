"""Which ffmpeg runs here: the one that the package brings, or the one that the operator names; never one on PATH."""

from __future__ import annotations

import os
import re
import subprocess
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import imageio_ffmpeg.binaries

from mediamill.errors import Unavailable

OVERRIDE = "MEDIAMILL_FFMPEG"


class Binary(NamedTuple):
    """An ffmpeg and where it comes from."""

    path: str
    origin: str
    """``MEDIAMILL_FFMPEG`` or ``imageio_ffmpeg``."""
    version: str


def binary() -> Binary:
    """Tell which ffmpeg runs. Raises ``Unavailable`` when it does not start."""
    named = os.environ.get(OVERRIDE)
    if named:
        return _describe(named, OVERRIDE)
    return _describe(_bundled(), "imageio_ffmpeg")


def _bundled() -> str:
    """Give the wheel's own binary: its finder would fall back to PATH and so change the version in silence."""
    for found in sorted(files(imageio_ffmpeg.binaries).iterdir(), key=str):
        if found.name.startswith("ffmpeg-"):
            return str(found)
    raise Unavailable(f"imageio_ffmpeg brings no ffmpeg for this platform; name one in {OVERRIDE}")


@lru_cache(maxsize=4)
def _describe(path: str, origin: str) -> Binary:
    try:
        told = subprocess.run([path, "-version"], capture_output=True, check=True, timeout=30, text=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"ffmpeg at {path} ({origin}) does not start: {error}") from error
    match = re.match(r"ffmpeg version (\S+)", told)
    return Binary(path, origin, match[1] if match else "unknown")
