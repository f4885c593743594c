"""Runs every job by every peer, in rounds whose order turns, and tells what it cost: JSON lines, then a table."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mediabench import inputs
from mediabench.meter import Failed, cost_of
from mediabench.ours import OURS, spoken
from mediabench.plain import PLAIN
from mediabench.targets import TARGETS
from mediamill.timeline import Timeline
from mediamill_av.ass import subtitles_of
from mediamill_av.captions import caption_lines
from mediamill_av.ffmpeg import binary
from mediamill_av.fonts import font_file
from rig.report import Report

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MOVIEPY = ROOT / ".tools" / "moviepy" / "bin" / "python"
OUT = ROOT / "out" / "bench-media"
BY_MOVIEPY = ("j1", "j2", "j3", "j4", "j5", "j6 probe", "j8")


class Peer(NamedTuple):
    """A way to do a job."""

    job: str
    name: str
    commands: list[list[str]]


def peers(folder: Path, wanted: inputs.Scale) -> Iterator[Peer]:
    """Give every job by every peer, ours last."""
    for job in [*PLAIN, *(job for job in OURS if job not in PLAIN)]:
        if job in BY_MOVIEPY and MOVIEPY.exists():
            yield Peer(job, "moviepy", [[str(MOVIEPY), str(HERE / "by_moviepy.py"), job, str(folder)]])
        for name, commands in PLAIN.get(job, {}).items():
            yield Peer(job, name, commands(folder, wanted))
        if job in OURS:
            yield Peer(job, "mediamill", [[sys.executable, "-m", "mediabench.ours", job, str(folder)]])


def prepare(folder: Path, wanted: inputs.Scale) -> None:
    """Make the inputs, and tell MoviePy what it must know."""
    inputs.make(folder, wanted)
    captions = list(spoken(wanted.film_s))
    told = {
        "size": wanted.size,
        "seconds": wanted.seconds,
        "fade": wanted.fade,
        "film_s": wanted.film_s,
        "preset": inputs.PRESET,
        "x264": [word for word in inputs.x264() if word not in {"-c:v", "libx264"}],
        "font": str(font_file()),
        "captions": captions,
    }
    (folder / "told.json").write_text(json.dumps(told))
    items = [{"text": text, "start_s": start, "out_s": end - start} for text, start, end in captions]
    timeline = Timeline.model_validate({"size": wanted.size, "tracks": [{"type": "captions", "items": items}]})
    (folder / "captions.ass").write_text(
        subtitles_of(timeline, caption_lines(timeline)).cue(0, round(wanted.film_s * inputs.FPS), inputs.FPS).script
    )


def main() -> None:
    """Run the bench: ``QUICK=1`` small, ``ROUNDS=3`` for a verdict, names of jobs to do only these."""
    wanted, rounds, only = inputs.scale(), int(os.environ.get("ROUNDS") or 1), sys.argv[1:]
    report = Report(OUT, TARGETS)
    with tempfile.TemporaryDirectory(prefix="bench-media-") as name:
        folder = Path(name)
        prepare(folder, wanted)
        for number in range(rounds):
            entered = [peer for peer in peers(folder, wanted) if not only or peer.job in only]
            for peer in entered if number % 2 == 0 else reversed(entered):
                measure(peer, folder, report, number)
    sys.stdout.write("\n" + report.write())


def measure(peer: Peer, folder: Path, report: Report, number: int) -> None:
    """Have a peer do its job in a folder of its own."""
    env = {"PYTHONPATH": str(HERE.parent), "IMAGEIO_FFMPEG_EXE": binary().path}
    with tempfile.TemporaryDirectory(prefix="peer-") as own:
        for shared in ("captions.ass",):
            (Path(own) / shared).symlink_to(folder / shared)
        try:
            cost = cost_of(peer.commands, Path(own), env)
        except Failed as error:
            sys.stderr.write(json.dumps({"bench": peer.job, "peer": peer.name, "failed": str(error)}) + "\n")
            return
        report.tell(peer.job, peer.name, number, cost.figures())


if __name__ == "__main__":
    main()
