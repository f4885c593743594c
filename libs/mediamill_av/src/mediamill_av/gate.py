"""The last look at a film before anybody gets it: that it has what was planned, as long as planned."""

from __future__ import annotations

from pathlib import Path

from mediamill.errors import Permanent
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.plan import Plan
from mediamill_av.probe import Probe, probe

_AAC_FRAME_S = 1024 / SAMPLE_RATE


def check_film(path: Path, plan: Plan, *, sounding: bool) -> Probe:
    """Probe a film against its plan. Raises ``Permanent`` telling the first thing that is not as planned."""
    found = probe(path, "the film")
    picture = found.video
    if picture is None or (found.audio is not None) != sounding:
        raise Permanent(f"the film came out with {[stream.type for stream in found.streams]}")
    if (picture.width, picture.height) != plan.timeline.size:
        raise Permanent(f"the film came out as {picture.width}x{picture.height}, not {plan.timeline.size}")
    if picture.frames != plan.frames:
        raise Permanent(f"the film came out with {picture.frames} frames, not {plan.frames}")
    # Coded sound ends on a frame of its own, so it may outlast the picture by one.
    slack = 1 / plan.timeline.fps + (_AAC_FRAME_S if sounding else 0)
    if found.duration_s is None or abs(found.duration_s - plan.duration_s) > slack:
        raise Permanent(f"the film came out {found.duration_s} s long, not {plan.duration_s:.3f} s")
    return found
