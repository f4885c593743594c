"""Change of the sample rate, exact within the band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PAD = 2400


def resample(samples: NDArray[np.float32], ratio: float) -> NDArray[np.float32]:
    """Give ``ratio`` times as many samples of the same signal, for seconds of sound that begin and end softly."""
    padded = np.pad(samples, _PAD)
    length = round(len(padded) * ratio)
    spectrum = np.fft.rfft(padded)
    scaled = np.fft.irfft(spectrum[: length // 2 + 1], length) * np.float32(length / len(padded))
    skip = round(_PAD * ratio)
    return scaled[skip : skip + round(len(samples) * ratio)].astype(np.float32)
