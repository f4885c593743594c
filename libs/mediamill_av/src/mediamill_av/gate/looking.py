"""Looks at a finished file of ours: its key frames alone, and all of its sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import av.container
import av.error
import numpy as np
import numpy.typing as npt

from mediamill_av.ass import caption_band
from mediamill_av.ducking import HOP, loudness_of_hops
from mediamill_av.gate.wanted import Levels
from mediamill_av.house import SAMPLE_RATE

Pixels = npt.NDArray[np.uint8]

ACROSS, DOWN = 64, 36
_CELL = 6
STILL = 1.2
"""Two looks whose every part differs by less, in steps of grey, show the same picture."""
_BLACK, _DARKEST = 24.0, 44.0
_STEP, _EDGE = 4, 70
_FLOOR = 1e-5


class Glance(NamedTuple):
    """A key frame, small and grey, and how much of the captions' band is as bright beside dark as letters are."""

    at_s: float
    small: Pixels
    lettered: float


class Seen(NamedTuple):
    """A picture track: all of its coded frames were counted, its key frames were looked at."""

    frames: int
    is_damaged: bool
    glances: tuple[Glance, ...]


def look(path: Path, size: tuple[int, int]) -> Seen:
    """Count a picture's frames and look at its key frames."""
    frames, damaged, glances = 0, False, []
    band = caption_band(size)
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            for packet in container.demux(stream):
                frames += bool(packet.size)
                damaged |= packet.is_corrupt
                glances += [_glance(frame, band) for frame in packet.decode()]
    except (av.error.FFmpegError, IndexError):
        damaged = True
    return Seen(frames, damaged, tuple(glances))


def _glance(frame: av.VideoFrame, band: slice) -> Glance:
    small = np.asarray(frame.reformat(ACROSS, DOWN, "gray", interpolation="AREA").to_ndarray(), np.uint8)
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[band, : frame.width]
    edges = np.abs(luma[:, _STEP:].astype(np.int16) - luma[:, :-_STEP]) > _EDGE
    return Glance(float(frame.time or 0.0), small, float(edges.mean()))


def differ(one: Pixels, other: Pixels) -> float:
    """Give by how much the part that differs most does, in steps of grey; captions are not looked at."""
    apart = np.abs(one.astype(np.float64) - other.astype(np.float64))[: DOWN * 2 // 3]
    cells = apart.reshape(DOWN * 2 // 3 // _CELL, _CELL, ACROSS // 8, 8).mean(axis=(1, 3))
    return float(cells.max())


def is_black(small: Pixels) -> bool:
    """Tell whether nothing is seen."""
    return float(small.mean()) < _BLACK and float(np.percentile(small, 98)) < _DARKEST


def levels_of_file(path: Path) -> Levels:
    """Give the levels of a file's sound, on the file's own clock; nothing where there is none."""
    parts: list[npt.NDArray[np.float32]] = [np.zeros((0, 2), np.float32)]
    at = 0
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        for frame in _resampled(container):
            begin = round(float(frame.time or 0.0) * SAMPLE_RATE)
            samples = frame.to_ndarray().T.astype(np.float32)
            parts += [np.zeros((max(0, begin - at), 2), np.float32), samples[max(0, at - begin) :]]
            at = max(at, begin) + len(parts[-1])
    return levels_of(np.concatenate(parts))


def _resampled(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    plain = av.AudioResampler("fltp", "stereo", SAMPLE_RATE)
    for frame in container.decode(container.streams.audio[0]):
        yield from plain.resample(frame)


def levels_of(samples: npt.NDArray[np.float32]) -> Levels:
    """Give the levels of samples at 48 kHz."""
    whole = samples[: len(samples) // HOP * HOP]
    return in_decibels(loudness_of_hops(whole)) if len(whole) else np.zeros(0)


def in_decibels(rms: npt.NDArray[np.float64]) -> Levels:
    """Turn the RMS of hops into dB below full scale, down to -100."""
    return np.asarray(20 * np.log10(np.maximum(rms, _FLOOR)))
