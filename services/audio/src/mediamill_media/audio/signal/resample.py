"""Change of the sample rate, exact within the band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PAD = 2400
_GRAIN = 256


def resample(samples: NDArray[np.float32], ratio: float) -> NDArray[np.float32]:
    """Give ``ratio`` times as many samples of the same signal, for seconds of sound that begin and end softly.

    Both lengths are rounded to what transforms quickly, so the ratio is met within some thousandths of itself.
    """
    before = _rounded(len(samples) + 2 * _PAD)
    after = _rounded(before * ratio)
    spectrum = np.fft.rfft(np.pad(samples, (_PAD, before - _PAD - len(samples))))
    scaled = np.fft.irfft(spectrum[: after // 2 + 1], after) * np.float32(after / before)
    skip = round(_PAD * after / before)
    return scaled[skip : skip + round(len(samples) * after / before)].astype(np.float32)


def _rounded(length: float) -> int:
    """Give the next multiple of the grain."""
    return int(-(-length // _GRAIN) * _GRAIN)
