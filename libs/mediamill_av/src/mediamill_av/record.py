"""Records frames: raw into ffmpeg, in the house profile out of it; the file is whole under its name or not there."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from mediamill.errors import Permanent, Transient
from mediamill.processes import child
from mediamill_av.ffmpeg import binary
from mediamill_av.house import audio_arguments, video_arguments
from mediamill_av.probe import probe
from mediamill_av.sound import RAW_INPUT

Pixels = npt.NDArray[np.uint8]

_PIPE_BYTES = 1 << 20

_TOLD = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
"""What the raw frames are; untold, ffmpeg takes them for BT.601 and converts them."""


class Reel(NamedTuple):
    """What is to be recorded."""

    size: tuple[int, int]
    fps: int
    frames: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.fps


def record(reel: Reel, pictures: Iterable[Pixels], target: Path, sound: Path | None = None) -> None:
    """Write frames of YUV 4:2:0 to ``target``, with a raw sound (48 kHz stereo floats) cut or held to their length.

    Raises ``Transient`` when ffmpeg ends early, ``Permanent`` on a wrong length.
    """
    part = target.with_suffix(".part")
    argv = [binary().path, *_input(reel), *_sound(reel, sound), *video_arguments(reel.fps), *_output(part)]
    try:
        with tempfile.TemporaryFile() as errors:
            with child(argv, stdin=subprocess.PIPE, stderr=errors) as process:
                _feed(process.stdin, pictures)
                code = process.wait()
            if code != 0:
                raise Transient(f"ffmpeg ended with {code} while recording the clip: {_last_words(errors)}")
        _check(part, reel)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _input(reel: Reel) -> tuple[str, ...]:
    raw = ("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{reel.size[0]}x{reel.size[1]}")
    return ("-hide_banner", "-loglevel", "error", "-nostats", "-y", *raw, "-framerate", str(reel.fps), "-i", "pipe:0")


def _sound(reel: Reel, sound: Path | None) -> tuple[str, ...]:
    if sound is None:
        return ("-vf", _TOLD, "-an")
    whole = f"apad,atrim=end={reel.seconds:.6f}"
    return (*RAW_INPUT, "-i", str(sound), "-map", "0:v", "-map", "1:a", "-vf", _TOLD, "-af", whole, *audio_arguments())


def _output(part: Path) -> tuple[str, ...]:
    return ("-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", str(part))


def _feed(stdin: IO[bytes] | None, pictures: Iterable[Pixels]) -> None:
    """Write all frames; an ffmpeg that is gone is told by its code."""
    if stdin is None:
        return
    _widen(stdin)
    try:
        for picture in pictures:
            stdin.write(picture.data)
        stdin.close()
    except BrokenPipeError:
        return


def _widen(stdin: IO[bytes]) -> None:
    """Ask for a pipe that takes a good part of a frame at once, where the system has such pipes."""
    size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if size is not None:
        try:
            fcntl.fcntl(stdin.fileno(), size, _PIPE_BYTES)
        except OSError:
            return


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 600))
    return " ".join(errors.read().decode(errors="replace").split())[-300:]


def _check(part: Path, reel: Reel) -> None:
    found = probe(part, "the clip").video
    if found is None or found.frames != reel.frames or (found.width, found.height) != reel.size:
        told = "nothing" if found is None else f"{found.frames} frames of {found.width}x{found.height}"
        raise Permanent(f"the clip came out with {told}, not {reel.frames} of {reel.size[0]}x{reel.size[1]}")
