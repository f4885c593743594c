"""The mixing desk: decodes every track, then adds them to the mix one by one, keys before what ducks under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediamill.errors import Permanent
from mediamill_media.audio.contract import LONGEST_MIX_S, Mix, Track
from mediamill_media.audio.mixing import ducking
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.ffmpeg import decode
from mediamill_media.audio.signal.files import canvas, let_go, raw

Done = Callable[[float], None]
"""Told how much is done, from 0 to 1."""

_BLOCK = RATE * 5
_SEAM = RATE // 50
_MOST_DECODED_S = 7200.0


def mix_down(ask: Mix, sources: Mapping[str, Path], folder: Path, done: Done) -> Sound:
    """Give the mix as it is before mastering, in a file of ``folder``."""
    sounds = _decode_all(ask, sources, folder, done)
    length = _length(ask, sounds)
    bus = canvas(folder / "mix.f32", length)
    keys = {track.duck.under for track in ask.tracks if track.duck}
    heard: dict[str, NDArray[np.bool_]] = {}
    for count, track in enumerate(_keys_first(ask.tracks), start=1):
        lane = _Lane(track, sounds[track.asset], length)
        gains = ducking.curve(heard[track.duck.under], track.duck.by_db) if track.duck else None
        begun, share = 0.5 + 0.5 * (count - 1) / len(ask.tracks), 0.5 / len(ask.tracks)
        powers = lane.add_to(bus, gains, partial(_within, done, begun, share))
        if track.name in keys:
            heard[track.name] = ducking.heard(powers)
    return bus


def _within(done: Done, begun: float, share: float, part: float) -> None:
    """Tell of a part of a part."""
    done(begun + share * part)


def _decode_all(ask: Mix, sources: Mapping[str, Path], folder: Path, done: Done) -> dict[str, Sound]:
    """Decode each asset once, as much of it as can be heard."""
    sounds: dict[str, Sound] = {}
    for index, track in enumerate(ask.tracks):
        if track.asset in sounds:
            continue
        what = f"tracks.{index} ({track.name!r})"
        most = LONGEST_MIX_S + 1 if ask.seconds is None else ask.seconds
        target = folder / f"track{index}.f32"
        sounds[track.asset] = raw(
            decode(
                sources[track.asset], target, most_s=most, what=what, tick=partial(done, 0.5 * index / len(ask.tracks))
            )
        )
        if sum(map(len, sounds.values())) > _MOST_DECODED_S * RATE:
            raise Permanent(f"{what}: the tracks up to here last more than {_MOST_DECODED_S:.0f} s together.")
    return sounds


def _length(ask: Mix, sounds: Mapping[str, Sound]) -> int:
    """Give the length of the mix in samples."""
    if ask.seconds is not None:
        return round(ask.seconds * RATE)
    end: int = max(round(track.start_s * RATE) + len(sounds[track.asset]) for track in ask.tracks if not track.loop)
    if end > LONGEST_MIX_S * RATE:
        raise Permanent(f"The mix would last {end / RATE:.0f} s; at most {LONGEST_MIX_S:.0f} s are mixed.")
    return end


def _keys_first(tracks: tuple[Track, ...]) -> Iterator[Track]:
    """Give the tracks so that each comes after the one that it ducks under; the contract has refused circles."""
    given: set[str] = set()
    waiting = list(tracks)
    while waiting:
        for track in [track for track in waiting if not track.duck or track.duck.under in given]:
            given.add(track.name)
            waiting.remove(track)
            yield track


class _Lane:
    """A track laid out on the time of the mix."""

    def __init__(self, track: Track, sound: Sound, length: int) -> None:
        self._track = track
        self._sound = sound
        self._seam = min(_SEAM, len(sound) // 4)
        self._begin = round(track.start_s * RATE)
        self._end = length if track.loop else min(length, self._begin + len(sound))
        self._length = length

    def add_to(self, bus: Sound, gains: NDArray[np.float32] | None, done: Done) -> NDArray[np.float32]:
        """Add the track to the mix and give the power of each of its steps there, for those that duck under it."""
        powers = np.zeros(-(-self._length // ducking.STEP) + 1, dtype=np.float32)
        aligned = self._begin // _BLOCK * _BLOCK
        for start in range(aligned, self._end, _BLOCK):
            done((start - aligned) / (self._end - aligned))
            begin, end = max(start, self._begin), min(start + _BLOCK, self._end)
            piece = self._piece(begin, end) * self._gain(begin, end, gains)[:, None]
            bus[begin:end] += piece
            let_go(bus)
            let_go(self._sound)
            level = ducking.levels(np.pad(piece, ((begin - start, 0), (0, 0))))
            powers[start // ducking.STEP :][: len(level)] += level[: len(powers) - start // ducking.STEP]
        return powers

    def _piece(self, begin: int, end: int) -> Sound:
        """Give the track's own samples between two points of the mix; a loop's end is blended into its beginning."""
        if not self._track.loop:
            return self._sound[begin - self._begin : end - self._begin]
        turn, at = np.divmod(np.arange(begin - self._begin, end - self._begin), len(self._sound) - self._seam)
        piece = self._sound[at]
        blended = np.flatnonzero((turn > 0) & (at < self._seam))
        rising = np.square(np.sin(at[blended] * (np.pi / 2 / max(self._seam, 1)))).astype(np.float32)[:, None]
        piece[blended] = piece[blended] * rising + self._sound[at[blended] - self._seam] * (1 - rising)
        return piece

    def _gain(self, begin: int, end: int, gains: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Give the gain of every sample: level, ducking, fades."""
        at = np.arange(begin, end)
        decibels = np.full(len(at), self._track.gain_db, dtype=np.float32)
        if gains is not None:
            decibels += np.interp(at, np.arange(len(gains)) * ducking.STEP, gains).astype(np.float32)
        gain = np.power(np.float32(10), decibels / 20)
        gain *= _ramp(at - self._begin, self._track.fade_in_s)
        gain *= _ramp(self._end - at, self._track.fade_out_s)
        return gain


def _ramp(distance: NDArray[np.int64], seconds: float) -> NDArray[np.float32]:
    """Give a fade that is 0 at distance 0 and 1 from ``seconds`` on, smooth at both ends."""
    if not seconds:
        return np.ones(len(distance), dtype=np.float32)
    risen = np.clip(distance / (seconds * RATE), 0, 1)
    return np.asarray(np.square(np.sin(risen * (np.pi / 2))), dtype=np.float32)
