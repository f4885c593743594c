"""Hears a speech: its samples and how loud it is at each frame."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mediamill_av.house import SAMPLE_RATE
from mediamill_av.runner import RAW_SOUND, Command, reading, run
from mediamill_media.lipsync.errors import NoSpeech

Samples = npt.NDArray[np.float32]
Curve = npt.NDArray[np.float64]
"""One value a frame, or a tick."""

LONGEST_S = 300.0
SHORTEST_S = 0.2
RATE = SAMPLE_RATE // 3
"""What is listened to: a mouth does not follow what is higher than half of this."""
_SILENCE_DB = -60.0


class Heard(NamedTuple):
    """A speech: the file of its sound as it is recorded again, and one channel of it to listen to."""

    raw: Path
    """48 kHz stereo floats."""
    samples: Samples
    """16 kHz."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE


def hear(path: Path, folder: Path) -> Heard:
    """Decode a speech into ``folder``. Raises ``NoSpeech`` when it is silent or of no fit length, or ``BadMedia``."""
    heard = decode(path, folder / "speech.f32")
    _judge(heard)
    return heard


def decode(path: Path, raw: Path) -> Heard:
    """Decode a sound into the file ``raw``. Raises ``BadMedia``."""
    sound = ("-ar", str(SAMPLE_RATE), "-ac", "2", "-threads", "1", "-f", RAW_SOUND)
    run(
        Command(
            what="the speech",
            arguments=(
                *reading(path, "-t", f"{LONGEST_S + 1:.0f}"),
                *("-map", "0:a:0", "-vn", "-sn", "-dn", *sound),
            ),
            output=raw,
            seconds=LONGEST_S,
            wall_s=120,
        )
    )
    return Heard(raw, _listened(raw))


def loudness(samples: Samples, fps: float, frames: int) -> Curve:
    """Give how loud each frame is, from 0 (as quiet as its pauses) to 1 (as loud as it gets)."""
    half = RATE / fps * 0.75
    edges = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    middles = (np.arange(frames) + 0.5) * RATE / fps
    first = np.clip(middles - half, 0, len(samples)).astype(np.int64)
    last = np.clip(middles + half, 0, len(samples)).astype(np.int64)
    power = (edges[last] - edges[first]) / np.maximum(last - first, 1)
    db = 10 * np.log10(np.maximum(power, 1e-10))
    top = float(np.percentile(db, 95))
    return np.asarray(np.clip((db - (top - 30)) / 30, 0, 1) if top > _SILENCE_DB else np.zeros(frames))


def _listened(raw: Path) -> Samples:
    """Mix the channels and take every third sample of what was averaged over three."""
    if raw.stat().st_size == 0:
        return np.zeros(0, np.float32)
    stereo = np.memmap(raw, np.float32, "r").reshape(-1, 2)
    whole = len(stereo) // 3
    return np.asarray(stereo[: whole * 3].mean(axis=1).reshape(whole, 3).mean(axis=1), np.float32)


def _judge(heard: Heard) -> None:
    if heard.seconds > LONGEST_S:
        raise NoSpeech(f"The speech lasts longer than {LONGEST_S:.0f} s.")
    if heard.seconds < SHORTEST_S:
        raise NoSpeech(f"The speech lasts {heard.seconds:.2f} s; at least {SHORTEST_S} s are needed.")
    peak = float(np.abs(heard.samples).max())
    if peak < 10 ** (_SILENCE_DB / 20):
        raise NoSpeech("The speech is silent from beginning to end.")
