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
MOST_PEAK_DB = 0.5
"""What a finished film may measure: the coder adds to what the limiter let through, rarely this much."""
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


@dataclass(frozen=True)
class Levelling:
    """How a mix is brought to its loudness, and what that will be."""

    filters: str
    gain_db: float
    lufs: float | None
    """``None`` where nobody asked for a loudness, or nothing is heard."""


def levelling(path: Path, raw: tuple[str, ...], target_lufs: float | None, peak: float) -> Levelling:
    """Tell how to bring a raw mix to ``target_lufs``, or only to hold its peaks where it is ``None``.

    ``peak`` is the mix's largest sample. Limiting takes loudness away, so the gain is tried, measured and mended until
    it holds.
    """
    if target_lufs is None:
        return Levelling("anull" if peak <= 1 else _limited(0.0), 0.0, None)
    measured = measure(path, raw)
    if measured.lufs <= SILENT_LUFS:
        return Levelling("anull", 0.0, None)
    gain = min(_MAX_GAIN_DB, target_lufs - measured.lufs)
    if measured.peak_db + gain <= PEAK_DB:
        return Levelling(f"volume={gain:.3f}dB", gain, measured.lufs + gain)
    for _ in range(_TRIES):
        reached = measure(path, raw, _limited(gain)).lufs
        if abs(target_lufs - reached) <= _CLOSE_LU:
            return Levelling(_limited(gain), gain, reached)
        gain = min(_MAX_GAIN_DB, gain + target_lufs - reached)
    return Levelling(_limited(gain), gain, measure(path, raw, _limited(gain)).lufs)


def _limited(gain_db: float) -> str:
    limit = 10 ** (PEAK_DB / 20)
    return f"volume={gain_db:.3f}dB,alimiter=limit={limit:.4f}:attack=5:release=80:level=false:latency=true"
