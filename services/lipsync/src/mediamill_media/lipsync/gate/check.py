"""Judges a finished clip: it is what was asked for, and its mouth moves with its sound."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from mediamill.errors import OutputRejected
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.probe import probe
from mediamill_av.record import Reel
from mediamill_media.lipsync.contract import Measured
from mediamill_media.lipsync.gate.looking import Look, Seen, watch
from mediamill_media.lipsync.speech.heard import Curve, Samples, decode, loudness
from mediamill_media.lipsync.speech.mouth import Track

_AAC_FRAME_S = 1024 / SAMPLE_RATE
_TICKS = 100
_LAGS_S = 0.4
_LEAST_SEEN = 0.5
_LEAST_FOLLOWING, _MOST_LATE_S = 0.2, 0.15
_ENOUGH_S = 1.5
"""A shorter speech tells too little to say whether a mouth follows it."""


class Wanted(NamedTuple):
    """What a clip must be."""

    reel: Reel
    speech: Samples
    track: Track
    """How a mouth moves that says the speech."""


def check(path: Path, wanted: Wanted, look: Look | None) -> Measured:
    """Give what was measured on a clip, without a look nothing of its mouth.

    Raises ``OutputRejected`` with the first thing that is not as it must be.
    """
    _check_streams(path, wanted.reel)
    _check_sound(path, wanted.reel, wanted.speech)
    if look is None:
        return Measured()
    return _judged(watch(path, look, wanted.reel.fps), wanted, look.least)


def _check_streams(path: Path, reel: Reel) -> None:
    found = probe(path, "the clip")
    picture = found.video
    if picture is None or found.audio is None:
        raise OutputRejected(f"It holds {[stream.type for stream in found.streams]}, not picture and sound.")
    if (picture.width, picture.height) != reel.size or picture.frames != reel.frames:
        told = f"{picture.frames} frames of {picture.width}x{picture.height}"
        raise OutputRejected(f"It has {told}, not {reel.frames} of {reel.size[0]}x{reel.size[1]}.")
    slack = 1 / reel.fps + _AAC_FRAME_S
    if found.duration_s is None or abs(found.duration_s - reel.seconds) > slack:
        raise OutputRejected(f"It lasts {found.duration_s} s, not {reel.seconds:.3f} s.")


def _check_sound(path: Path, reel: Reel, speech: Samples) -> None:
    """See that the clip's own sound is the speech, at the speech's own times."""
    heard = decode(path, path.with_suffix(".f32")).samples
    ticks = max(2, int(reel.seconds * _TICKS))
    own, wanted = loudness(heard, _TICKS, ticks), loudness(speech, _TICKS, ticks)
    if not own.any() and wanted.any():
        raise OutputRejected("It is silent.")
    late, alike = _best_lag(own, wanted, _TICKS)
    if alike is not None and (alike < 0.8 or abs(late) > 1 / reel.fps + 1.5 / _TICKS):
        raise OutputRejected(f"Its sound is {late:+.3f} s away from the speech, and {alike:.2f} like it.")


def _judged(seen: Seen, wanted: Wanted, least: float) -> Measured:
    there = np.isfinite(seen.open)
    if not there.any() or there.mean() < _LEAST_SEEN:
        raise OutputRejected(f"A face is seen in {there.sum()} of {len(there)} looks.")
    opened = np.interp(seen.at, seen.at[there], seen.open[there])
    moves = float(np.percentile(opened, 92) - np.percentile(opened, 8))
    if moves < least:
        raise OutputRejected(f"The mouth hardly moves: it opens by {moves:.3f} of its most; {least} are needed.")
    late, follows = _following(seen.at, opened, wanted)
    if follows is not None and (follows < _LEAST_FOLLOWING or abs(late) > _MOST_LATE_S):
        raise OutputRejected(f"The mouth is {late:+.2f} s late to the speech and follows it by {follows:.2f}.")
    return Measured(
        openness=round(moves, 3),
        correlation=None if follows is None else round(follows, 3),
        offset_s=None if follows is None else round(late, 3),
    )


def _following(at: Curve, opened: Curve, wanted: Wanted) -> tuple[float, float | None]:
    """Give by how much a mouth is late to one that says the speech, and how alike they are then."""
    if at[-1] < _ENOUGH_S:
        return 0.0, None
    times = (np.arange(int(at[-1] * _TICKS)) + 0.5) / _TICKS
    frames = np.arange(wanted.reel.frames) / wanted.reel.fps
    return _best_lag(np.interp(times, at, opened), np.interp(times, frames, wanted.track.open), _TICKS)


def _best_lag(one: Curve, other: Curve, rate: int) -> tuple[float, float | None]:
    """Give by how many seconds one curve is late to the other, and how alike they are then; ``None`` where flat."""
    if len(one) < 4 or np.std(one) < 1e-3 or np.std(other) < 0.03:
        return 0.0, None
    reach = min(round(_LAGS_S * rate), len(one) // 3)
    alike = [_alike(one, other, lag) for lag in range(-reach, reach + 1)]
    best = int(np.argmax(alike))
    return (best - reach) / rate, alike[best]


def _alike(one: Curve, other: Curve, lag: int) -> float:
    late, early = (one[lag:], other[: len(other) - lag]) if lag >= 0 else (one[:lag], other[-lag:])
    if np.std(late) < 1e-6 or np.std(early) < 1e-6:
        return -1.0
    return float(np.corrcoef(late, early)[0, 1])
