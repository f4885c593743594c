"""Sounds on disk: working buffers that cost no memory, and 16-bit WAV files."""

from __future__ import annotations

import mmap
import wave
from pathlib import Path

import numpy as np

from mediamill_media.audio.signal import RATE, Sound, Tick, no_tick

_BLOCK = RATE * 2


def canvas(path: Path, length: int, channels: int = 2) -> Sound:
    """Give a silent sound that lives in a new file; the system writes its pages out when memory is short."""
    return np.memmap(path, dtype=np.float32, mode="w+", shape=(length, channels))


def raw(path: Path, channels: int = 2) -> Sound:
    """Open a file of interleaved float32 samples for reading; an empty file is an empty sound."""
    length = path.stat().st_size // (4 * channels)
    if not length:
        return np.zeros((0, channels), dtype=np.float32)
    return np.memmap(path, dtype=np.float32, mode="r", shape=(length, channels))


def let_go(sound: Sound) -> None:
    """Take a sound's file out of this process's memory; it is read again where it is looked at again."""
    if isinstance(sound, np.memmap):
        pages: mmap.mmap = sound._mmap  # type: ignore[attr-defined]  # noqa: SLF001  # numpy offers no other way
        pages.madvise(mmap.MADV_DONTNEED)


def write_wav(path: Path, sound: Sound, tick: Tick = no_tick) -> Path:
    """Write a 16-bit WAV with triangular dither, the same bytes each time."""
    noise = np.random.default_rng(0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        for start in range(0, len(sound), _BLOCK):
            tick()
            piece = sound[start : start + _BLOCK]
            dither = noise.random(piece.shape, dtype=np.float32) - noise.random(piece.shape, dtype=np.float32)
            dither[piece == 0] = 0
            file.writeframesraw(np.clip(np.rint(piece * 32767 + dither), -32768, 32767).astype("<i2").tobytes())
            let_go(sound)
    return path
