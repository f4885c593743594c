"""The sound of a film, coded: made in one continuous pass, or known from an earlier film that sounds the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mediamill.assets.intake import sha256_of
from mediamill_av.ffmpeg import binary
from mediamill_av.gate.looking import in_decibels
from mediamill_av.gate.wanted import Levels
from mediamill_av.house import SAMPLE_RATE, audio_arguments
from mediamill_av.kept import Kept
from mediamill_av.loudness import levelling
from mediamill_av.runner import Command, Progress, run
from mediamill_av.sound import RAW_INPUT, mix
from mediamill_av.soundplan import SoundPlan

_MADE_BY = 1
"""Raised when the same plan would sound otherwise."""
_AAC = (*audio_arguments(), "-f", "mp4")


class Soundtrack(NamedTuple):
    """A coded sound, and what it must sound like."""

    path: Path
    levels: Levels
    lufs: float | None


def soundtrack(sound: SoundPlan, folder: Path, tell: Progress, kept: Kept | None) -> Soundtrack:
    """Make a film's sound as AAC, or take the one that was kept."""
    output = folder / "sound.m4a"
    if kept is None:
        return coded(sound, folder, output, _AAC, tell)
    key = _key(sound)
    told = folder / "sound.npy"
    if kept.take(key, output) and kept.take(f"{key}-levels", told) and (known := _read(output, told)) is not None:
        return known
    output.unlink(missing_ok=True)
    told.unlink(missing_ok=True)
    made = coded(sound, folder, output, _AAC, tell)
    lufs = np.nan if made.lufs is None else made.lufs
    np.save(told, np.array([lufs, *made.levels]))
    kept.give(f"{key}-levels", told)
    kept.give(key, output)
    return made


def _read(output: Path, told: Path) -> Soundtrack | None:
    """Read what was kept; what is damaged is as good as gone."""
    try:
        lufs, *levels = np.load(told, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return Soundtrack(output, np.array(levels), None if np.isnan(lufs) else float(lufs))


def coded(sound: SoundPlan, folder: Path, output: Path, coding: tuple[str, ...], tell: Progress) -> Soundtrack:
    """Mix a sound, bring it to its loudness and code it."""
    mixed = mix(sound, folder, lambda fraction: tell(fraction / 2))
    level = levelling(mixed.path, RAW_INPUT, sound.loudness_lufs, mixed.peak)
    run(
        Command(
            what="the film's sound",
            arguments=(*RAW_INPUT, "-i", str(mixed.path), "-af", level.filters, "-threads", "1", *coding),
            output=output,
            seconds=sound.samples / SAMPLE_RATE,
            tolerance_s=0.1,
            foreign=False,
        ),
        lambda fraction: tell(0.5 + fraction / 2),
    )
    mixed.path.unlink()
    return Soundtrack(output, in_decibels(mixed.rms) + level.gain_db, level.lufs)


def _key(sound: SoundPlan) -> str:
    """Name a sound by all that decides it: the coder, the cues, and what their files hold."""
    digests = {cue.path: sha256_of(cue.path) for cue in sound.cues}
    cues = [{**asdict(cue), "path": digests[cue.path], "what": ""} for cue in sound.cues]
    told = [_MADE_BY, binary().version, _AAC, cues, sound.samples, sound.loudness_lufs]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
