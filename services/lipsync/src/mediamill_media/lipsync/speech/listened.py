"""The mouth of a speech of which only the sound is known: loudness opens it, and its colour rounds or spreads it."""

from __future__ import annotations

import numpy as np

from mediamill_media.lipsync.speech.heard import RATE, Curve, Samples, loudness
from mediamill_media.lipsync.speech.mouth import TICKS, Grid, Table, Track, flowing

_WINDOW = 512
_BLOCK = 2000
"""Ticks whose spectra are held at once."""
_VOICE, _VOWEL, _FRONT, _HISS = (120, 900), (250, 3200), (1500, 3200), (3800, 7800)
"""Bands in Hz: of the voice itself, of vowels, of spread vowels' upper formant, of s and sh."""
_QUIET = 0.24
"""What is quieter than this is a pause."""


def listened(samples: Samples, grid: Grid) -> Track:
    """Give the mouth that a speech sounds like."""
    loud = loudness(samples, TICKS, grid.ticks)
    front, hiss = _colours(samples, grid.ticks)
    voiced = np.clip((loud - _QUIET) / (1 - _QUIET), 0, 1)
    targets = np.zeros((grid.ticks, 5))
    targets[:, 0] = voiced**1.3 * (1 - 0.85 * hiss)
    targets[:, 1] = np.where(voiced > 0, np.clip((front - 0.28) / 0.3, -0.9, 0.9), 0)
    targets[:, 2] = np.where(voiced > 0, hiss * 0.8, 0)
    targets[:, 4] = _closures(loud)
    return flowing(targets, loudness(samples, grid.fps, grid.frames), grid)


def _colours(samples: Samples, ticks: int) -> tuple[Curve, Curve]:
    """Give for each tick the share of a vowel's sound that is high, and the share of all sound that hisses."""
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    bands = [(frequencies >= low) & (frequencies < high) for low, high in (_VOICE, _VOWEL, _FRONT, _HISS)]
    window = np.hanning(_WINDOW)
    shares: list[Table] = []
    for first in range(0, ticks, _BLOCK):
        at = np.minimum(np.arange(first, min(ticks, first + _BLOCK)) * RATE // TICKS, len(padded) - _WINDOW)
        spectra = np.abs(np.fft.rfft(padded[at[:, None] + np.arange(_WINDOW)] * window, axis=1)) ** 2
        shares.append(np.stack([spectra[:, band].sum(axis=1) for band in bands], axis=1))
    voice, vowel, front, hiss = (np.concatenate(shares) + 1e-9).T
    return np.sqrt(front / vowel), np.clip(hiss / (hiss + voice + vowel) * 1.6 - 0.3, 0, 1)


def _closures(loud: Curve) -> Curve:
    """Find short dips between loud parts: lips that meet within a word."""
    reach = round(0.07 * TICKS)
    around = np.minimum(np.roll(loud, reach), np.roll(loud, -reach))
    dips = (loud < around - 0.3) & (around > 0.5)
    return np.asarray(dips.astype(float))
