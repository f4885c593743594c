"""A finished film in another container: webm for the web, gif for where nothing else plays."""

from __future__ import annotations

from pathlib import Path

from mediamill_av.house import threads_alone
from mediamill_av.plan import Plan
from mediamill_av.runner import Command, Progress, run

MAX_GIF_FPS = 20
_VP9 = {"draft": ("8", "36"), "final": ("5", "31"), "best": ("3", "26")}


def convert(film: Path, plan: Plan, folder: Path, tell: Progress) -> Path:
    """Give the film in the format that the timeline asks for; an mp4 is one already."""
    match plan.timeline.output.format:
        case "webm":
            speed, crf = _VP9[plan.timeline.output.quality]
            coding = ("-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", speed, "-row-mt", "1", "-crf", crf)
            sound = ("-b:v", "0", "-c:a", "libopus", "-b:a", "128k", "-f", "webm")
            return _run(film, plan, folder / "film.webm", (*coding, *sound), tell)
        case "gif":
            fps = min(plan.timeline.fps, MAX_GIF_FPS)
            palette = f"fps={fps},split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=sierra2_4a"
            return _run(film, plan, folder / "film.gif", ("-filter_complex", palette, "-loop", "0", "-f", "gif"), tell)
        case _:
            return film


def _run(film: Path, plan: Plan, output: Path, coding: tuple[str, ...], tell: Progress) -> Path:
    run(
        Command(
            what=f"the {output.suffix.removeprefix('.')}",
            arguments=("-i", str(film), *coding, "-threads", str(threads_alone())),
            output=output,
            seconds=plan.duration_s,
            foreign=False,
            wall_s=3600,
            cpu_s=7200,
        ),
        tell,
    )
    return output
