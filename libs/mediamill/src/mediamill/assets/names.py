"""How blobs are named in a store: the same on a disk and in a bucket, so that one may be copied to the other."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

_NAME = re.compile(r"[0-9a-f]{64}")


class KeptBlob(NamedTuple):
    """A blob as a store lists it."""

    sha256: str
    bytes: int
    modified_at: datetime
    """When it was put there last."""


def is_name(text: str) -> bool:
    """Tell whether something is named as a blob is."""
    return _NAME.fullmatch(text) is not None


def key_of(sha256: str) -> str:
    """Give the place of a blob under the root: ``ab/cd/<sha256>``."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
