"""The way to the voice model, which is loaded with its libraries when somebody first speaks.

They are 30 MB and more of a worker's memory, also of one that never does.
"""

from __future__ import annotations

import importlib
import threading
from functools import cache
from typing import TYPE_CHECKING, cast

from mediamill.errors import Permanent

if TYPE_CHECKING:
    from mediamill_media.audio.speech.network import Model

MOST_PHONEMES = 400
NATIVE_RATE = 24_000

_lock = threading.Lock()


@cache
def _load() -> Model | str:
    """Load the model once; what went wrong is kept too, since trying again cannot help."""
    try:
        return cast("Model", importlib.import_module("mediamill_media.audio.speech.network").Model())
    except Exception as error:  # noqa: BLE001  # onnxruntime's errors share no base class
        return f"{type(error).__name__}: {error}"


def model() -> Model:
    """Give the loaded model. Raises ``Permanent`` when this installation cannot speak."""
    with _lock:
        loaded = _load()
    if isinstance(loaded, str):
        raise Permanent(f"The speech model (hibari-tts 0.2.1 on onnxruntime) could not be loaded: {loaded[:200]}")
    return loaded
