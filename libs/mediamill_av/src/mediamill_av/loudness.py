"""Measuring loudness as EBU R 128 does, and bringing a mix to the loudness asked for with its peaks held."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mediamill.errors import Permanent
from mediamill_av.runner import Command, reading, run

SILENT_LUFS = -69.0
PEAK_DB = -2.0
"""Where the limiter stands: coding to AAC and reading between samples add up to a decibel."""
_METER = "ebur128=peak=true:framelog=quiet"
_TRIES = 4
_CLOSE_LU = 0.15
_MAX_GAIN_DB = 40.0


@dataclass(frozen=True)
class Loudness:
    """What was measured of a sound."""

    lufs: float
    """Integrated loudness; -70 for silence."""
    peak_db: float
    """True peak over full scale."""


def measure(path: Path, before: tuple[str, ...] = (), filters: str = "") -> Loudness:
    """Measure a file, after ``filters``; ``before`` are the input options of a raw file of ours."""
    source = (*before, "-i", str(path)) if before else reading(path)
    chain = f"{filters},{_METER}" if filters else _METER
    told = run(
        Command(
            what="the loudness",
            # ebur128 reports at the level "info", above what is otherwise let through.
            arguments=("-loglevel", "info", *source, "-map", "0:a:0", "-vn", "-af", chain),
            foreign=not before,
        )
    ).messages
    summary = told[told.rfind("Summary:") :]
    lufs, peak = re.search(r"I:\s+(\S+) LUFS", summary), re.search(r"Peak:\s+(\S+) dBFS", summary)
    if lufs is None or peak is None:
        raise Permanent("the loudness was not told")
    return Loudness(float(lufs[1]), float(peak[1]))


def levelling(path: Path, raw: tuple[str, ...], target_lufs: float | None) -> str:
    """Give the filters that bring a raw mix to ``target_lufs``, or that only hold its peaks where it is ``None``.

    Limiting takes loudness away, so the gain is tried, measured and mended until it holds.
    """
    measured = measure(path, raw)
    if measured.lufs <= SILENT_LUFS:
        return "anull"
    gain = 0.0 if target_lufs is None else min(_MAX_GAIN_DB, target_lufs - measured.lufs)
    if measured.peak_db + gain <= (0.0 if target_lufs is None else PEAK_DB):
        return f"volume={gain:.3f}dB"
    for _ in range(_TRIES if target_lufs is not None else 0):
        off = (target_lufs or 0.0) - measure(path, raw, _limited(gain)).lufs
        if abs(off) <= _CLOSE_LU:
            break
        gain = min(_MAX_GAIN_DB, gain + off)
    return _limited(gain)


def _limited(gain_db: float) -> str:
    limit = 10 ** (PEAK_DB / 20)
    return f"volume={gain_db:.3f}dB,alimiter=limit={limit:.4f}:attack=5:release=80:level=false:latency=true"
