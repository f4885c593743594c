"""Runs ffmpeg, guarded: no network, no surprise formats, bounded time, and a result only if all of it is there."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mediamill.errors import BadMedia, MediamillError, Permanent, Transient
from mediamill.processes import child
from mediamill_av.ffmpeg import binary

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mp3,wav,flac,ogg,aac,gif,"
    "png_pipe,jpeg_pipe,webp_pipe,webp_anim,bmp_pipe,tiff_pipe,image2"
)
"""Container formats that a user may send: none of them refers to another file or to the network."""
RAW_SOUND = "f32le"

_GUARDS = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-xerror", "-y")
_PROGRESS = ("-progress", "pipe:1", "-stats_period", "0.2")
_MEMORY_LIMIT = 6 * 1024**3
_TAIL_BYTES = 4000
_MEDIA_TROUBLE = re.compile(
    r"invalid data|error (?:while )?(?:decoding|submitting|opening input|splitting|reading)|moov atom|"
    r"could not find codec|not (?:in|on).* whitelist|invalid nal|error parsing|decode_|missing picture|truncat|corrupt|"
    r"no decoder|unspecified size|output file does not contain any stream|matches no streams|end of file",
    re.IGNORECASE,
)
_MACHINE_TROUBLE = re.compile(r"No space left|Cannot allocate memory|No such file|Permission denied|Input/output error")

Progress = Callable[[float], None]
"""Is told how much of a run is done, from 0 to 1."""


def ignore_progress(fraction: float) -> None:
    """Take progress and tell nobody."""


@dataclass(frozen=True)
class Command:
    """One run of ffmpeg, as a value: what it reads and does, the file that must come out, and its limits."""

    what: str
    """What it does, for the error: 'the sound of tracks.1.items.0'."""
    arguments: tuple[str, ...]
    """Inputs, filters and output options, without the name of the output."""
    output: Path | None = None
    """The file to make; ``None`` for a run that only measures."""
    frames: int | None = None
    """Exact number of frames that must come out."""
    seconds: float | None = None
    """Planned length, for progress; with ``exact_s`` also checked."""
    tolerance_s: float | None = None
    """How far the length may be off; ``None`` leaves it unchecked."""
    cwd: Path | None = None
    wall_s: float = 900.0
    cpu_s: int = 1800
    foreign: bool = field(default=True)
    """Whether it reads what a user sent, so that a failure to read it is the user's fault."""


@dataclass(frozen=True)
class Run:
    """What a run told."""

    messages: str
    frames: int
    seconds: float


def reading(path: Path, *options: str) -> tuple[str, ...]:
    """Give the arguments that read a user's file: local, of a known format, and refusing what is damaged."""
    guards = ("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-err_detect", "explode")
    return (*guards, *options, "-i", str(path.absolute()))


def run(command: Command, tell: Progress = ignore_progress) -> Run:
    """Run to the end and give what ffmpeg told; the output appears whole under its name or not at all.

    Raises ``BadMedia`` when an input cannot be read, ``Transient`` when the machine is to blame, else ``Permanent``.
    """
    part = command.output.with_name(command.output.name + ".part") if command.output else None
    try:
        told = _watch(command, _argv(command, part), tell)
        if part is not None and command.output is not None:
            _settle(part, command.output)
        return told
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _argv(command: Command, part: Path | None) -> list[str]:
    target = ("-f", "null", "-") if part is None else (str(part),)
    return [binary().path, *_GUARDS, *_PROGRESS, "-timelimit", str(command.cpu_s), *command.arguments, *target]


def _watch(command: Command, argv: list[str], tell: Progress) -> Run:
    with tempfile.TemporaryFile() as errors:
        with child(argv, cwd=command.cwd, stdout=subprocess.PIPE, stderr=errors) as process:
            _limit(process.pid, command.cpu_s)
            with _deadline(process, command.wall_s) as late:
                news = _follow(process.stdout, command, tell)
                code = process.wait()
        # Judged only out here: a child that was ended because its job was stopped is not at fault.
        messages = _tail(errors)
    if late.is_set():
        raise Transient(f"{command.what}: ffmpeg was not done after {command.wall_s:g} s")
    if code != 0 or not news.ended:
        raise _fault(command, code, messages)
    _check_length(command, news.frames, news.seconds)
    return Run(messages, news.frames, news.seconds)


@dataclass
class _News:
    frames: int = 0
    seconds: float = 0.0
    ended: bool = False


def _follow(stream: IO[bytes] | None, command: Command, tell: Progress) -> _News:
    """Read ffmpeg's progress to its end, telling how far it is."""
    news = _News()
    for line in stream or ():
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "frame" and value.isdigit():
            news.frames = int(value)
        elif name == "out_time_us" and value.lstrip("-").isdigit():
            news.seconds = max(0.0, int(value) / 1e6)
        elif name == "progress":
            news.ended = value == "end"
            tell(1.0 if news.ended else min(0.99, _fraction(news, command)))
    return news


def _fraction(news: _News, command: Command) -> float:
    if command.frames:
        return news.frames / command.frames
    return news.seconds / command.seconds if command.seconds else 0.0


@contextmanager
def _deadline(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process when the time is over, and say so."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _limit(pid: int, cpu_s: int) -> None:
    """Bound memory and CPU from outside, where the kernel can: a decoder's own limits are only promises."""
    prlimit = getattr(resource, "prlimit", None)
    if prlimit is None:
        return
    try:
        prlimit(pid, resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
        prlimit(pid, resource.RLIMIT_CPU, (cpu_s + 5, cpu_s + 10))
    except (ProcessLookupError, PermissionError, ValueError):
        return


def _tail(errors: IO[bytes]) -> str:
    """Give the end of what ffmpeg said, without the folders of this machine."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 16 * _TAIL_BYTES))
    text = errors.read().decode(errors="replace").strip()
    return re.sub(r"(?<![\w.])/[^\s:'\"]*/", "", text)


def _fault(command: Command, code: int, messages: str) -> MediamillError:
    told = " ".join(messages[-_TAIL_BYTES:].split())[-600:] or f"it ended with code {code}"
    if _MACHINE_TROUBLE.search(messages):
        return Transient(f"{command.what}: {told}")
    if command.foreign and _MEDIA_TROUBLE.search(messages):
        return BadMedia(f"{command.what}: {told}")
    if code < 0:
        return Transient(f"{command.what}: ffmpeg was ended by signal {-code}")
    return Permanent(f"{command.what}: {told}")


def _check_length(command: Command, frames: int, seconds: float) -> None:
    if command.frames is not None and frames != command.frames:
        raise _short(command, f"{frames} frames came out instead of {command.frames}")
    if command.tolerance_s is None or command.seconds is None:
        return
    if abs(seconds - command.seconds) > command.tolerance_s:
        raise _short(command, f"{seconds:.3f} s came out instead of {command.seconds:.3f} s")


def _short(command: Command, message: str) -> MediamillError:
    kind = BadMedia if command.foreign else Permanent
    return kind(f"{command.what}: {message}")


def _settle(part: Path, output: Path) -> None:
    """Make the part the whole: on disk first, then under its name."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(output)
