"""The sound of a film: cues decoded by ffmpeg, mixed here in blocks, levelled and coded by ffmpeg.

Mixing in blocks over files bounds memory for any length; the result is the same bytes on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediamill_av.ducking import HOP, duck_gains, loudness_of_hops
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.runner import RAW_SOUND, Command, Progress, reading, run
from mediamill_av.soundplan import Cue, SoundPlan

Samples = npt.NDArray[np.float32]

BLOCK = 10 * SAMPLE_RATE
RAW_INPUT = ("-f", RAW_SOUND, "-ar", str(SAMPLE_RATE), "-ac", "2")


@dataclass(frozen=True)
class Take:
    """A cue and the file of its decoded samples."""

    cue: Cue
    samples: Samples

    def block(self, first: int, length: int) -> Samples:
        """Give its sound for ``length`` samples of the film from ``first``: gain and fades done, silent elsewhere."""
        out = np.zeros((length, 2), np.float32)
        begin, end = max(first, self.cue.first), min(first + length, self.cue.end)
        if begin >= end or not len(self.samples):
            return out
        places = np.arange(begin - self.cue.first, end - self.cue.first)
        heard = places % self.cue.source_samples
        there = heard < len(self.samples)
        sound = np.where(there[:, None], self.samples[np.minimum(heard, len(self.samples) - 1)], 0)
        out[begin - first : end - first] = sound * self._envelope(places)[:, None]
        return out

    def _envelope(self, places: npt.NDArray[np.int64]) -> Samples:
        envelope = np.full(len(places), 10 ** (self.cue.gain_db / 20))
        if self.cue.fade_in:
            envelope *= np.clip(places / self.cue.fade_in, 0, 1)
        if self.cue.fade_out:
            envelope *= np.clip((self.cue.samples - places) / self.cue.fade_out, 0, 1)
        return envelope.astype(np.float32)


@dataclass(frozen=True)
class Mixed:
    """All cues added up: a raw file of 48 kHz stereo float samples, and what was seen of them on the way."""

    path: Path
    rms: npt.NDArray[np.float64]
    """Of each hop."""
    peak: float
    """The largest sample; full scale is 1."""


def mix(sound: SoundPlan, folder: Path, tell: Progress) -> Mixed:
    """Decode all cues and add them up."""
    takes = [_decode(cue, folder / f"cue{number}.f32") for number, cue in enumerate(sound.cues)]
    gains = _ducked(takes, sound.samples)
    output, hops, peak = folder / "mix.f32", [np.zeros(0)], 0.0
    with output.open("wb") as raw:
        for first in range(0, sound.samples, BLOCK):
            length = min(BLOCK, sound.samples - first)
            block = _block(takes, gains, first, length)
            raw.write(block.tobytes())
            hops.append(loudness_of_hops(block))
            peak = max(peak, float(np.abs(block).max()))
            tell((first + length) / sound.samples)
    return Mixed(output, np.concatenate(hops), peak)


def _decode(cue: Cue, output: Path) -> Take:
    """Decode what a cue plays of its source; a source that begins late begins with silence."""
    seconds = cue.source_samples / SAMPLE_RATE
    skip = ("-ss", f"{cue.from_s:.6f}") if cue.from_s else ()
    filters = f"aresample={SAMPLE_RATE}:async=1:first_pts=0"
    run(
        Command(
            what=f"the sound of {cue.what}",
            arguments=(
                *reading(cue.path, *skip, "-t", f"{seconds:.6f}"),
                *("-map", "0:a:0", "-vn", "-sn", "-dn", "-af", filters, "-ar", str(SAMPLE_RATE), "-ac", "2"),
                *("-threads", "1", "-f", RAW_SOUND),
            ),
            output=output,
            seconds=seconds,
        )
    )
    return Take(cue, _mapped(output))


def _mapped(path: Path) -> Samples:
    """Open raw samples without reading them into memory."""
    if path.stat().st_size == 0:
        return np.zeros((0, 2), np.float32)
    return np.memmap(path, np.float32, "r").reshape(-1, 2)


def _ducked(takes: list[Take], samples: int) -> dict[int, npt.NDArray[np.float64]]:
    """Give the gain of each ducked cue, once every hop of the film."""
    keys = {take.cue.ducking.under for take in takes if take.cue.ducking}
    heard = {key: _hops([take for take in takes if take.cue.track == key], samples) for key in keys}
    return {
        number: duck_gains(heard[take.cue.ducking.under], take.cue.ducking.by_db)
        for number, take in enumerate(takes)
        if take.cue.ducking
    }


def _hops(takes: list[Take], samples: int) -> npt.NDArray[np.float64]:
    parts = [loudness_of_hops(_sum(takes, first, min(BLOCK, samples - first))) for first in range(0, samples, BLOCK)]
    return np.concatenate(parts)


def _sum(takes: list[Take], first: int, length: int) -> Samples:
    out = np.zeros((length, 2), np.float32)
    for take in _heard(takes, first, length):
        out += take.block(first, length)
    return out


def _heard(takes: list[Take], first: int, length: int) -> Iterator[Take]:
    return (take for take in takes if take.cue.first < first + length and take.cue.end > first)


def _block(takes: list[Take], gains: dict[int, npt.NDArray[np.float64]], first: int, length: int) -> Samples:
    out = np.zeros((length, 2), np.float32)
    places = np.arange(first, first + length) / HOP
    for number, take in enumerate(takes):
        if take.cue.first >= first + length or take.cue.end <= first:
            continue
        part = take.block(first, length)
        if number in gains:
            curve = gains[number]
            part *= np.interp(places, np.arange(len(curve)), curve).astype(np.float32)[:, None]
        out += part
    return out
