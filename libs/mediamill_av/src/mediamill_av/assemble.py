"""From files and a timeline to sources: each asset is probed once, and looked into where its frames may be copied."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mediamill.timeline import Timeline
from mediamill_av.packets import find_cuts
from mediamill_av.probe import Probe, probe
from mediamill_av.sources import Source


def sources_of(timeline: Timeline, files: Mapping[str, Path]) -> dict[str, Source]:
    """Probe the timeline's assets. Raises ``BadMedia`` naming the one that is no usable media."""
    return {asset: source_of(path, timeline, f"asset {asset}") for asset, path in files.items()}


def source_of(path: Path, timeline: Timeline, what: str) -> Source:
    """Probe one file for a film."""
    found = probe(path, what)
    cuts = find_cuts(path, timeline.fps) if _may_copy(found, timeline) else None
    return Source(path, found, cuts)


def _may_copy(found: Probe, timeline: Timeline) -> bool:
    """Tell whether a picture is coded as the film's would be, as far as its headers tell."""
    picture = found.video
    return (
        picture is not None
        and found.duration_s is not None
        and picture.straight
        and (picture.codec, picture.pixel_format, picture.aspect) == ("h264", "yuv420p", 1.0)
        and (picture.width, picture.height) == timeline.size
        and abs((picture.fps or 0) - timeline.fps) < 0.01
    )
