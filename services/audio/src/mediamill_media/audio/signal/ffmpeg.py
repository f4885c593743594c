"""Guarded ffmpeg runs: any file in as float32 samples, finished WAV files out in other formats."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple

import imageio_ffmpeg

from mediamill.errors import BadMedia, Permanent
from mediamill.processes import child
from mediamill_media.audio.signal import RATE, Tick

_POLL_S = 0.25
_DEMUXERS = "wav,w64,mp3,flac,ogg,mov,matroska,aac,aiff,au,caf,mpegts,asf,avi,flv,amr,ac3,eac3,wv,ape,tta,mpeg"
_QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")
_ENCODERS: dict[str, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-q:a", "2", "-f", "mp3"),
    "flac": ("-c:a", "flac", "-f", "flac"),
    "opus": ("-c:a", "libopus", "-b:a", "128k", "-f", "opus"),
}
MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "opus": "audio/ogg"}


@cache
def _ffmpeg() -> str:
    """Find the binary once."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _run(argv: list[str], stdout: int | IO[bytes], log: Path, tick: Tick) -> tuple[int, str]:
    """Run ffmpeg to its end, ticking; give its exit code and the end of what it complained of."""
    with log.open("wb") as complaints, child(argv, stdout=stdout, stderr=complaints) as process:
        while process.poll() is None:
            tick()
            try:
                process.wait(_POLL_S)
            except subprocess.TimeoutExpired:
                continue
    return process.returncode, log.read_text("utf-8", "replace").strip()[-400:]


def _reason(complaint: str, heard_s: float) -> str:
    """Say in plain words why a file could not be decoded; ffmpeg's own words name our files."""
    if "matches no streams" in complaint:
        return "there is no sound in it"
    if heard_s:
        return f"it is damaged or cut off after about {heard_s:.1f} s"
    return "it is no sound file of a known format, or it is damaged at its beginning"


def _strictness(source: Path) -> tuple[str, ...]:
    """Let any damage be an error, but for a streamed WAV: its header tells no length, so its end looks cut off."""
    with source.open("rb") as file:
        head = file.read(12)
    streamed = head[:4] == b"RIFF" and head[8:] == b"WAVE" and head[4:8] in {b"\xff" * 4, bytes(4)}
    return ("-f", "wav", "-ignore_length", "1") if streamed else ("-xerror",)


class Shape(NamedTuple):
    """How samples are laid out."""

    rate: int = RATE
    channels: int = 2


STEREO = Shape()


def decode(source: Path, target: Path, *, most_s: float, what: str, tick: Tick, shape: Shape = STEREO) -> Path:
    """Write a file's first sound as interleaved float32, at most ``most_s`` seconds of it.

    The demuxers are named, so that a playlist cannot make ffmpeg open other files. Raises ``BadMedia`` when there is
    no sound or a part of it cannot be decoded.
    """
    argv = [
        *(_ffmpeg(), *_QUIET, "-protocol_whitelist", "file,pipe", "-format_whitelist", _DEMUXERS),
        *_strictness(source),
        *("-t", f"{most_s:.6f}", "-i", os.fspath(source), "-map", "0:a:0", "-vn", "-sn", "-dn"),
        *("-af", f"aresample={shape.rate}:async=1:first_pts=0", "-ac", str(shape.channels), "-f", "f32le", "pipe:1"),
    ]
    log = target.with_suffix(".log")
    with target.open("wb") as samples:
        code, complaint = _run(argv, samples, log, tick)
    heard_s = target.stat().st_size / (shape.channels * 4 * shape.rate)
    if code or not heard_s:
        raise BadMedia(f"{what}: {_reason(complaint, heard_s)}.")
    return target


def encode(wav: Path, format_name: str, tick: Tick) -> Path:
    """Give the WAV file in another format, beside it; the file itself for ``wav``."""
    if format_name == "wav":
        return wav
    target = wav.with_suffix(f".{format_name}")
    argv = [_ffmpeg(), *_QUIET, "-y", "-i", os.fspath(wav), "-map_metadata", "-1", "-fflags", "+bitexact"]
    argv += ["-flags:a", "+bitexact", *_ENCODERS[format_name], os.fspath(target)]
    code, complaint = _run(argv, subprocess.DEVNULL, wav.with_suffix(".log"), tick)
    if code:
        raise Permanent(f"The sound could not be written as {format_name} ({complaint[-200:]}).")
    return target


def compress(samples: Path, target: Path, *, rate: int, tick: Tick) -> Path:
    """Write mono float32 samples as an MP3 that is small enough to be sent away and good enough to be understood."""
    argv = [_ffmpeg(), *_QUIET, "-y", "-f", "f32le", "-ar", str(rate), "-ac", "1", "-i", os.fspath(samples)]
    argv += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-c:a", "libmp3lame"]
    code, complaint = _run(
        [*argv, "-b:a", "48k", os.fspath(target)], subprocess.DEVNULL, target.with_suffix(".log"), tick
    )
    if code:
        raise Permanent(f"The recording could not be written as mp3 ({complaint[-200:]}).")
    return target
