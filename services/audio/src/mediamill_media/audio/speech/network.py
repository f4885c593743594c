"""The voice model, with the durations that it keeps to itself.

``hibari-tts`` computes how long each phoneme lasts and gives only the sound. The durations are a tensor inside its
graph; appending a fragment that names the tensor as one more output to the serialised model is enough to get it, since
Protocol Buffers merge repeated messages. The package is pinned: another version may name the tensor otherwise.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import hibari
import numpy as np
import onnxruntime
from hibari import dsp
from hibari.voices import voice_path
from numpy.typing import NDArray

from mediamill_media.audio.speech.model import NATIVE_RATE

DURATIONS = "/Clip_output_0"
_BUNDLED = "heart"
_FLOAT = 1
_VOICED_HZ = 40.0
_PITCHED_BELOW_HZ = 2500.0
_TAKEN_BACK = 2.0
"""Natural logarithm: about 17 dB."""
_LONG_NUMBER = re.compile(r"\d[\d,]{15,}")
_lock = threading.Lock()


class Take(NamedTuple):
    """What the model made of a row of phonemes."""

    samples: NDArray[np.float32]
    bounds: NDArray[np.float64]
    """Where each phoneme begins and the last one ends, as fractions of the samples.

    The n-th duration is that of the n-th phoneme although a pad stands first in the ids: measured on fricatives, what
    the model reserves for a symbol is heard as its successor. The first phoneme's begin is 0, before its silence.
    """


def _field(number: int, payload: bytes) -> bytes:
    """Encode a length-delimited Protocol Buffers field; for payloads under 128 bytes."""
    return bytes([number << 3 | 2, len(payload)]) + payload


def _also_output(tensor: str) -> bytes:
    """Encode ModelProto{graph{output{name, type{tensor_type{elem_type: FLOAT}}}}}."""
    kind = _field(1, bytes([1 << 3, _FLOAT]))
    return _field(7, _field(12, _field(1, tensor.encode()) + _field(2, kind)))


class Model:
    """The speaker; made once per process, used by many threads."""

    def __init__(self) -> None:
        self._tts = hibari.Hibari(voice=_BUNDLED)
        self._vocabulary: dict[str, int] = self._tts.vocab
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        serialised = Path(voice_path(_BUNDLED, download_missing=False)).read_bytes() + _also_output(DURATIONS)
        self._session = onnxruntime.InferenceSession(serialised, options, providers=["CPUExecutionProvider"])
        self._tts.sess = None
        self._remembered = lru_cache(maxsize=4096)(self._pronounce)

    def phonemes(self, text: str) -> str:
        """Tell how a text is said, in the model's alphabet; words are divided by spaces."""
        return self._remembered(text)

    def _pronounce(self, text: str) -> str:
        """Ask the package, which reads numbers up to some thirty digits; longer ones are read digit by digit."""
        spelled = _LONG_NUMBER.sub(lambda number: " ".join(number.group().replace(",", "")), text)
        with _lock:
            said: str = self._tts.g2p(spelled)
        return "".join(symbol for symbol in said if symbol in self._vocabulary)

    def say(self, phonemes: str, *, speed: float, pitch: float, liveliness: float) -> Take:
        """Speak phonemes, the same samples each time."""
        ids = [0, *(self._vocabulary[symbol] for symbol in phonemes), 0]
        feed = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([speed], np.float32)}
        *spectra, melody, durations = self._session.run(None, feed)
        harmonic, turned, noise, free, phase = (part[0] for part in spectra)
        if pitch != 1.0:
            free = _without_pitch(free, melody[0])
        samples = dsp.synth(
            harmonic, turned, noise, free, phase, _sung(melody[0], pitch, liveliness), np.random.default_rng(0)
        )
        ends = np.cumsum(durations, dtype=np.float64)
        bounds = np.concatenate(([0.0], ends[: len(phonemes)])) / ends[-1]
        return Take(samples.astype(np.float32), bounds)


def _sung(melody: NDArray[np.float32], pitch: float, liveliness: float) -> NDArray[np.float32]:
    """Move and stretch the pitch curve where the voice sounds."""
    voiced = melody > _VOICED_HZ
    if not voiced.any() or (pitch == 1.0 and liveliness == 1.0):
        return melody
    middle = np.float32(np.median(melody[voiced]))
    moved = middle * (np.maximum(melody, _VOICED_HZ) / middle) ** np.float32(liveliness) * np.float32(pitch)
    return np.where(voiced, np.maximum(moved, _VOICED_HZ + 20), melody).astype(np.float32)


def _without_pitch(free: NDArray[np.float32], melody: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take back the part of the spectrum that still holds the natural pitch, so that a moved voice is not two voices.

    ``free`` holds log magnitudes of the branch that does not follow the melody, by bins of 20 Hz and frames.
    """
    hertz = np.arange(len(free), dtype=np.float32) * (NATIVE_RATE / 2 / (len(free) - 1))
    share = np.float32(_TAKEN_BACK) / (1 + (hertz / _PITCHED_BELOW_HZ) ** 4)
    return np.asarray(free - share[:, None] * (melody > _VOICED_HZ)[None, :], dtype=np.float32)
