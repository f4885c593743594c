"""Coded frames without decoding them: where they can be cut, and how they are joined on a grid of frames.

Only files of our own making and files that passed the probe come here.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.container
import av.error
import av.packet
import av.stream

from mediamill.errors import BadMedia, Permanent

CodedPacket: TypeAlias = "av.packet.Packet[Any]"


@dataclass(frozen=True)
class Cuts:
    """Where a coded picture stream can be cut: frames that open a closed group, and its end."""

    frames: int
    starts: tuple[int, ...]
    setup: str

    def within(self, first: int, last: int) -> tuple[int, int] | None:
        """Give the widest stretch inside ``[first, last]`` that begins and ends at a cut."""
        points = (*self.starts, self.frames)
        begin, end = bisect_left(points, first), bisect_right(points, last) - 1
        return (points[begin], points[end]) if begin < end else None


@dataclass(frozen=True)
class Run:
    """Frames ``first`` to ``last`` (not included) of a file, to be copied."""

    path: Path
    first: int
    last: int

    @property
    def frames(self) -> int:
        """How many."""
        return self.last - self.first


@dataclass(frozen=True)
class _Scan:
    """A picture stream's packets in decoding order: the number of the frame that each holds."""

    ranks: tuple[int, ...]
    keys: tuple[bool, ...]
    origin: int
    setup: str

    @property
    def delay(self) -> int:
        """How many frames before it is shown a frame must be decoded."""
        return max(index - rank for index, rank in enumerate(self.ranks))


def find_cuts(path: Path, fps: int) -> Cuts | None:
    """Give where the picture can be cut, or ``None`` when its frames do not lie on a grid of ``fps``."""
    scan = _scan(path, fps)
    if scan is None:
        return None
    starts: list[int] = []
    highest = -1
    for index, (rank, key) in enumerate(zip(scan.ranks, scan.keys, strict=True)):
        if key and rank == index == highest + 1:
            starts.append(index)
        highest = max(highest, rank)
    return Cuts(len(scan.ranks), tuple(starts), scan.setup)


def _scan(path: Path, fps: int) -> _Scan | None:
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            stream = container.streams.video[0]
            coded = [packet for packet in container.demux(stream) if packet.size]
            packets = [(packet.pts, packet.is_keyframe) for packet in coded if packet.pts is not None]
            hidden = any(packet.is_discard for packet in coded)
            setup = hashlib.sha256(stream.codec_context.extradata or b"").hexdigest()
            tick = stream.time_base
    except (av.error.FFmpegError, IndexError) as error:
        raise BadMedia(f"the picture's packets cannot be read: {error}") from error
    # What an edit list hides would be seen again in a copy.
    ranks = None if hidden else _ranks([pts for pts, _ in packets], tick, fps)
    if ranks is None:
        return None
    return _Scan(tuple(ranks), tuple(key for _, key in packets), min(pts for pts, _ in packets), setup)


def _ranks(times: Sequence[int], tick: Fraction | None, fps: int) -> list[int] | None:
    """Turn time stamps into frame numbers; ``None`` when a frame is missing, doubled or between two."""
    if not times or tick is None:
        return None
    first = min(times)
    exact = [(time - first) * tick * fps for time in times]
    ranks = [round(value) for value in exact]
    if any(abs(value - rank) > Fraction(1, 8) for value, rank in zip(exact, ranks, strict=True)):
        return None
    return ranks if sorted(ranks) == list(range(len(ranks))) else None


@dataclass(frozen=True)
class Grid:
    """The film's clock: frames a second, and ticks a second of its picture track."""

    fps: int
    timescale: int

    def ticks(self, frame: int) -> int:
        """Give the time stamp of a frame."""
        return round(Fraction(frame * self.timescale, self.fps))


def join(runs: Sequence[Run], grid: Grid, others: Sequence[Path], output: Path, options: dict[str, str]) -> None:
    """Write one mp4 of the runs' coded frames, one after another, and of the first track of each other file.

    Raises ``Permanent`` when a run does not hold its frames or is coded with another set-up than the first.
    """
    scans = _scans(runs, grid)
    with ExitStack() as opened:
        settings = {"video_track_timescale": str(grid.timescale), **options}
        film = opened.enter_context(av.open(str(output), "w", format="mp4", options=settings))
        first = opened.enter_context(av.open(str(runs[0].path)))
        picture = film.add_stream_from_template(first.streams.video[0])
        tracks = [_pictures(runs, scans, picture, grid)]
        for path in others:
            other = opened.enter_context(av.open(str(path)))
            target = film.add_stream_from_template(other.streams[0])
            tracks.append(_coded(other, target))
        for packet in merge(*tracks, key=_when):
            film.mux(packet)


def _scans(runs: Sequence[Run], grid: Grid) -> dict[Path, _Scan]:
    """Scan each file once, and check that it holds what the runs take of it."""
    scans: dict[Path, _Scan] = {}
    for run in runs:
        scan = scans.get(run.path) or _scan(run.path, grid.fps)
        if scan is None or not 0 <= run.first < run.last <= len(scan.ranks):
            raise Permanent(f"frames {run.first} to {run.last} are not on a grid of {grid.fps} a second")
        scans[run.path] = scan
    if len({scan.setup for scan in scans.values()}) > 1:
        raise Permanent("coded frames with different decoder set-ups cannot be joined")
    return scans


def _when(packet: CodedPacket) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _coded(source: av.container.InputContainer, target: av.stream.Stream) -> Iterator[CodedPacket]:
    for packet in source.demux(source.streams[0]):
        if packet.size:
            packet.stream = target
            yield packet


def _pictures(
    runs: Sequence[Run], scans: dict[Path, _Scan], picture: av.VideoStream, grid: Grid
) -> Iterator[CodedPacket]:
    """Give the packets in decoding order with new time stamps: each is decoded ``delay`` frames early."""
    delay = max(scan.delay for scan in scans.values())
    done = 0
    for run in runs:
        for index, (rank, packet) in enumerate(_run_packets(run, scans[run.path])):
            packet.stream = picture
            packet.time_base = Fraction(1, grid.timescale)
            packet.pts = grid.ticks(done + rank)
            packet.dts = grid.ticks(done + index - delay)
            packet.duration = grid.ticks(done + rank + 1) - grid.ticks(done + rank)
            yield packet
        done += run.frames


def _run_packets(run: Run, scan: _Scan) -> Iterator[tuple[int, CodedPacket]]:
    """Give the run's packets in decoding order, each with its frame's number within the run."""
    with av.open(str(run.path)) as container:
        packets = (packet for packet in container.demux(container.streams.video[0]) if packet.size)
        for rank, packet in zip(scan.ranks, packets, strict=True):
            if run.first <= rank < run.last:
                yield rank - run.first, packet


def setup_of(path: Path) -> str:
    """Give the hash of the decoder's set-up of a picture; only equal ones can be joined."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        return hashlib.sha256(container.streams.video[0].codec_context.extradata or b"").hexdigest()


def frames_of(path: Path) -> int:
    """Give how many frames a picture of ours has; 0 for what cannot be read."""
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            return sum(1 for packet in container.demux(container.streams.video[0]) if packet.size)
    except (av.error.FFmpegError, IndexError, OSError):
        return 0
