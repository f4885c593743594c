"""A recording as it is listened to: mono, 16 kHz, and no longer than is heard."""

from __future__ import annotations

from pathlib import Path

from mediamill.errors import Permanent
from mediamill.handlers.context import Context
from mediamill_media.audio.contract import Transcribe
from mediamill_media.audio.hearing.portions import RATE
from mediamill_media.audio.signal import Sound, Tick
from mediamill_media.audio.signal.ffmpeg import Shape, decode
from mediamill_media.audio.signal.files import raw

LONGEST_S = 1800.0
WHAT = "input.audio"
_NARROW = Shape(RATE, 1)
_FILE = "recording.f32"


def opened(ctx: Context, ask: Transcribe, tick: Tick) -> Path:
    """Write the recording's samples into a file. Raises ``BadMedia``, or ``Permanent`` for one that is too long."""
    source = ctx.open(ask.audio)
    target = decode(source, ctx.workdir / _FILE, most_s=LONGEST_S + 1, what=WHAT, tick=tick, shape=_NARROW)
    if length_of(target) > LONGEST_S:
        raise Permanent(f"{WHAT} lasts more than {LONGEST_S / 60:.0f} minutes, which is the most that is heard.")
    return target


def samples_of(file: Path) -> Sound:
    """Give the samples of such a file."""
    return raw(file, channels=1)[:, 0]


def length_of(file: Path) -> float:
    """Tell how long such a file sounds, in seconds."""
    return file.stat().st_size / (4 * RATE)
