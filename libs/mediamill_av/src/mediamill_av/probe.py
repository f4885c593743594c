"""Reads what a file is from its headers, refusing what is not media, what refers elsewhere and what is too large."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import av
import av.container
import av.error
import av.stream

from mediamill.contracts import Contract
from mediamill.errors import BadMedia
from mediamill_av.boxes import display_turn
from mediamill_av.runner import FORMATS

MAX_PIXELS = 50_000_000
MAX_DURATION_S = 4 * 3600.0
_STILL_FORMATS = frozenset({"png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "image2"})
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}

StreamType = Literal["video", "audio", "other"]


class Stream(Contract):
    """One stream of a file."""

    type: StreamType
    codec: str
    width: int | None = None
    height: int | None = None
    aspect: float = 1.0
    """Width of a pixel over its height."""
    straight: bool = True
    """Whether it is shown as it is coded, neither turned nor mirrored; width and height are as shown."""
    fps: float | None = None
    duration_s: float | None = None
    """Its own length, where the container tells it; sound and picture of one file rarely end together."""
    frames: int = 0
    """As the container tells; 0 when it does not."""
    pixel_format: str | None = None
    colour_told: bool = False
    sample_rate: int | None = None
    channels: int | None = None
    setup: str = ""
    """Hash of the decoder's set-up: streams with the same one can be joined without coding again."""


class Probe(Contract):
    """What a file is."""

    format: str
    duration_s: float | None
    """``None`` for a still picture."""
    streams: tuple[Stream, ...]

    @property
    def still(self) -> bool:
        """Whether it is one picture that does not move."""
        return self.duration_s is None

    @property
    def video(self) -> Stream | None:
        """Its first picture stream."""
        return next((stream for stream in self.streams if stream.type == "video"), None)

    @property
    def audio(self) -> Stream | None:
        """Its first sound stream."""
        return next((stream for stream in self.streams if stream.type == "audio"), None)


def probe(path: Path, what: str = "the file") -> Probe:
    """Read the headers of ``path``; ``what`` names it in the error. Raises ``BadMedia`` when it is not usable media."""
    try:
        with av.open(str(path), options=_OPTIONS) as container:
            found = _describe(container)
    except (av.error.FFmpegError, ValueError, EOFError) as error:
        raise BadMedia(f"{what} is not media that can be read: {_reason(error)}") from error
    _check(found, what)
    return _turned(found, path) if found.format.startswith("mov") and found.video else found


def _turned(found: Probe, path: Path) -> Probe:
    """Give the picture's sides as they are shown."""
    turn = display_turn(path)
    if turn.straight:
        return found
    streams = [
        stream.model_copy(update={"straight": False, **(_swapped(stream) if turn.on_its_side else {})})
        if stream.type == "video"
        else stream
        for stream in found.streams
    ]
    return found.model_copy(update={"streams": tuple(streams)})


def _swapped(stream: Stream) -> dict[str, float | None]:
    return {"width": stream.height, "height": stream.width, "aspect": 1 / stream.aspect}


def _describe(container: av.container.InputContainer) -> Probe:
    streams = tuple(_stream(stream) for stream in container.streams)
    pictures = [stream for stream in streams if stream.type == "video"]
    still = container.format.name in _STILL_FORMATS or (
        bool(pictures) and not any(stream.type == "audio" for stream in streams) and pictures[0].frames == 1
    )
    return Probe(format=container.format.name, duration_s=None if still else _duration(container), streams=streams)


def _duration(container: av.container.InputContainer) -> float:
    """Give the length in seconds, from the packets where the header is silent, as in what browsers record."""
    if container.duration:
        return container.duration / 1_000_000
    ends = [
        float((packet.pts + (packet.duration or 0)) * packet.time_base)
        for packet in container.demux()
        if packet.pts is not None
    ]
    return max(ends, default=0.0)


def _stream(stream: av.stream.Stream) -> Stream:
    context: av.CodecContext | None = getattr(stream, "codec_context", None)
    # A cover inside a song is a picture of it, not its picture.
    if context is None or stream.disposition & av.stream.Disposition.attached_pic:
        return Stream(type="other", codec="unknown")
    length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    if isinstance(stream, av.VideoStream):
        return _video_stream(stream, length)
    if isinstance(stream, av.AudioStream):
        return Stream(
            type="audio",
            codec=context.name,
            duration_s=length,
            sample_rate=stream.sample_rate,
            channels=stream.channels,
            setup=_setup(context),
        )
    return Stream(type="other", codec=context.name)


def _setup(context: av.CodecContext) -> str:
    return hashlib.sha256(context.extradata or b"").hexdigest()


def _video_stream(stream: av.VideoStream, length: float | None) -> Stream:
    rate = stream.average_rate or stream.guessed_rate
    return Stream(
        type="video",
        codec=stream.codec_context.name,
        width=stream.width,
        height=stream.height,
        aspect=float(stream.sample_aspect_ratio or 1),
        fps=float(rate) if rate else None,
        duration_s=length,
        frames=stream.frames,
        pixel_format=stream.pix_fmt,
        colour_told=int(stream.colorspace or 2) != 2,
        setup=_setup(stream.codec_context),
    )


def _check(found: Probe, what: str) -> None:
    if found.video is None and found.audio is None:
        raise BadMedia(f"{what} holds neither picture nor sound")
    if found.video is not None:
        pixels = (found.video.width or 0) * (found.video.height or 0)
        if not 0 < pixels <= MAX_PIXELS:
            raise BadMedia(f"{what} is {found.video.width}x{found.video.height}; up to {MAX_PIXELS:,} pixels are taken")
    if found.duration_s is not None and not 0 < found.duration_s <= MAX_DURATION_S:
        raise BadMedia(f"{what} lasts {found.duration_s:.1f} s; up to {MAX_DURATION_S:.0f} s are taken")


def _reason(error: Exception) -> str:
    """Give the error's own words without the path that PyAV adds."""
    return (getattr(error, "strerror", None) or type(error).__name__).strip()
