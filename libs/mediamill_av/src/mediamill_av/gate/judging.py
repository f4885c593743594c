"""Judges a finished file: streams, length, size, frozen and black spans, loudness, offset, captions, in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import av
import av.error
import numpy as np

from mediamill.errors import BadMedia, OutputRejected
from mediamill_av.captions import Line
from mediamill_av.gate.looking import STILL, Glance, differ, is_black, levels_of_file, look
from mediamill_av.gate.wanted import Levels, PictureWanted, SoundWanted, Suspect, Wanted
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.loudness import measure
from mediamill_av.probe import Probe, probe

T = TypeVar("T")

_AAC_FRAME_S = 1024 / SAMPLE_RATE
_LEAST_FROZEN_S = 0.9
_LUFS_OFF, _OFFSET_S, _LAGS = 1.0, 0.06, 50
_HEARD_DB, _OFF_DB, _OFF_FOR = -45.0, 9.0, 40
_TICK_S = 0.01
_TIMED_S = 0.12
_LEAST_LETTERED = 0.004


def passed(make: Callable[[int], T]) -> T:
    """Have something made and judged by ``make``, which is told how often it was rejected before: never or once.

    Raises ``OutputRejected`` with what was measured the second time.
    """
    try:
        return make(0)
    except OutputRejected:
        return make(1)


def judge(path: Path, wanted: Wanted) -> float | None:
    """Measure a file and give its loudness. Raises ``OutputRejected`` with the first thing that is not as wanted."""
    try:
        found = probe(path, wanted.what)
    except BadMedia as error:
        raise OutputRejected(f"{wanted.what.capitalize()} cannot be read: {error.detail}.") from error
    _judge_streams(found, wanted)
    if wanted.picture is not None:
        _judge_picture(path, wanted.what, wanted.picture)
    if wanted.captions:
        _judge_track(path, wanted.captions)
    return None if wanted.sound is None else _judge_sound(path, wanted.what, wanted.sound)


def _judge_streams(found: Probe, wanted: Wanted) -> None:
    picture, sound = found.video, found.audio
    if (picture is not None) != (wanted.picture is not None) or (sound is not None) != (wanted.sound is not None):
        raise OutputRejected(f"{wanted.what.capitalize()} holds {[stream.type for stream in found.streams]}.")
    if wanted.picture is not None and picture is not None:
        if (picture.width, picture.height) != wanted.picture.size:
            told = "{}x{}".format(*wanted.picture.size)
            raise OutputRejected(f"It is {picture.width}x{picture.height}, not {told}.")
        # Coded sound ends on a frame of its own, so it may outlast the picture by one.
        slack = 1 / wanted.picture.fps + (_AAC_FRAME_S if sound else 0)
        if found.duration_s is None or abs(found.duration_s - wanted.picture.seconds) > slack:
            raise OutputRejected(f"It lasts {found.duration_s} s, not {wanted.picture.seconds:.3f} s.")


def _judge_picture(path: Path, what: str, wanted: PictureWanted) -> None:
    seen = look(path, wanted.size)
    if seen.frames != wanted.frames or seen.is_damaged:
        told = " and is damaged" if seen.is_damaged else ""
        raise OutputRejected(f"{what.capitalize()} has {seen.frames} frames{told}, not {wanted.frames}.")
    for suspect in [*_black(seen.glances, wanted.seconds), *_frozen(seen.glances)]:
        if not wanted.is_excused(suspect):
            told = f"from {suspect.start_s:.1f} to {suspect.end_s:.1f} s, and what it is made of is not"
            raise OutputRejected(f"Its picture is {suspect.what} {told}.")
    lettered = [glance.lettered for glance in seen.glances if _is_captioned(glance.at_s, wanted.burned)]
    if len(lettered) > 1 and max(lettered) < _LEAST_LETTERED:
        raise OutputRejected(f"No captions are seen in {len(lettered)} looks at where they are.")


def _is_captioned(at_s: float, lines: Sequence[Line]) -> bool:
    """Tell whether a caption is surely seen at a time: it fades in and out."""
    return any(line.start_cs / 100 + 0.12 < at_s < line.end_cs / 100 - 0.12 for line in lines)


def _black(glances: Sequence[Glance], seconds: float) -> Iterator[Suspect]:
    ends = [*(glance.at_s for glance in glances[1:]), seconds]
    for glance, end in zip(glances, ends, strict=False):
        if is_black(glance.small):
            yield Suspect("black", glance.at_s, end)


def _frozen(glances: Sequence[Glance]) -> Iterator[Suspect]:
    """Give the longest spans in which each look is like the one before it."""
    start: float | None = None
    for one, other in pairwise(glances):
        if differ(one.small, other.small) < STILL and not is_black(one.small):
            start = one.at_s if start is None else start
        elif start is not None:
            yield from _long(start, one.at_s)
            start = None
    if start is not None:
        yield from _long(start, glances[-1].at_s)


def _long(start_s: float, end_s: float) -> Iterator[Suspect]:
    if end_s - start_s >= _LEAST_FROZEN_S:
        yield Suspect("frozen", start_s, end_s)


def _judge_sound(path: Path, what: str, wanted: SoundWanted) -> float:
    try:
        heard = levels_of_file(path)
    except (av.error.FFmpegError, IndexError) as error:
        raise OutputRejected(f"{what.capitalize()}'s sound cannot be read.") from error
    if abs(len(heard) - len(wanted.levels)) * _TICK_S > 0.1:
        told = f"{len(heard) * _TICK_S:.2f} s, not {len(wanted.levels) * _TICK_S:.2f} s"
        raise OutputRejected(f"{what.capitalize()}'s sound lasts {told}.")
    length = min(len(heard), len(wanted.levels))
    _judge_levels(heard[:length], wanted.levels[:length])
    found = measure(path)
    if wanted.lufs is not None and (abs(found.lufs - wanted.lufs) > _LUFS_OFF or found.peak_db > wanted.most_peak_db):
        told = f"{found.lufs:.1f} LUFS with peaks of {found.peak_db:.1f} dB"
        raise OutputRejected(f"It is {told}, not {wanted.lufs:.1f} with at most {wanted.most_peak_db:g}.")
    return found.lufs


def _judge_levels(heard: Levels, wanted: Levels) -> None:
    """See that what is heard is what was mixed, when it was mixed."""
    late = late_by(heard, wanted)
    if late is not None and abs(late) > _OFFSET_S:
        raise OutputRejected(f"Its sound is {late * 1000:+.0f} ms late to its picture.")
    audible = np.maximum(heard, _HEARD_DB), np.maximum(wanted, _HEARD_DB)
    off = np.clip(audible[0] - audible[1], -30, 30)
    if len(off) < 2 * _OFF_FOR:
        return
    smooth = np.convolve(off, np.ones(_OFF_FOR) / _OFF_FOR, mode="valid")
    worst = int(np.abs(smooth).argmax())
    if abs(smooth[worst]) > _OFF_DB:
        told = f"{smooth[worst]:+.0f} dB from what was mixed at {worst * _TICK_S:.1f} s"
        raise OutputRejected(f"Its sound is {told}: something is missing, or too much.")


def late_by(heard: Levels, wanted: Levels) -> float | None:
    """Give by how many seconds one sound is late to the other, up to half a second; ``None`` where none can tell."""
    reach = min(_LAGS, len(wanted) // 4)
    one, other = np.maximum(heard, _HEARD_DB), np.maximum(wanted, _HEARD_DB)
    if len(one) < 60 or one.std() < 2 or other.std() < 2:
        return None
    middle = one[reach : len(one) - reach]
    alike = [float(np.abs(middle - other[reach - lag : len(other) - reach - lag]).mean()) for lag in _lags(reach)]
    best = int(np.argmin(alike))
    # A flat valley tells nothing: any lag would do.
    return (best - reach) * _TICK_S if alike[best] < 0.6 * float(np.median(alike)) else None


def _lags(reach: int) -> range:
    return range(-reach, reach + 1)


def _judge_track(path: Path, lines: Sequence[Line]) -> None:
    """See that the captions' track has every line, at its time."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        tracks = container.streams.subtitles
        if not tracks:
            raise OutputRejected("It has no captions track.")
        packets = [packet for packet in container.demux(tracks[0]) if packet.size > 2]
        starts = [float((packet.pts or 0) * packet.time_base) for packet in packets]
    if len(starts) != len(lines):
        raise OutputRejected(f"Its captions track has {len(starts)} lines, not {len(lines)}.")
    off = max(abs(start - line.start_cs / 100) for start, line in zip(starts, lines, strict=True))
    if off > _TIMED_S:
        raise OutputRejected(f"Its captions are up to {off:.2f} s away from the words.")
