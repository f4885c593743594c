"""The way to the ear, which is loaded with its libraries when somebody first has something transcribed.

They are 200 MB of a worker's memory, also of one that never listens.
"""

from __future__ import annotations

import importlib
import threading
from functools import cache
from typing import TYPE_CHECKING, cast

from mediamill.errors import Permanent

if TYPE_CHECKING:
    from mediamill_media.audio.hearing.whisper import Ear

LANGUAGE = "en"
"""The one language that the model of the wheel understands."""

_lock = threading.Lock()


@cache
def _load() -> Ear | str:
    """Load the model once; what went wrong is kept too, since trying again cannot help."""
    try:
        return cast("Ear", importlib.import_module("mediamill_media.audio.hearing.whisper").Ear())
    except Exception as error:  # noqa: BLE001  # the libraries' errors share no base class
        return f"{type(error).__name__}: {error}"


def ear() -> Ear:
    """Give the loaded ear. Raises ``Permanent`` when this installation cannot hear."""
    with _lock:
        loaded = _load()
    if isinstance(loaded, str):
        raise Permanent(f"The ear (Whisper tiny.en on faster-whisper) could not be loaded: {loaded[:200]}")
    return loaded
