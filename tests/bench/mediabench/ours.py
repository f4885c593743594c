"""The same jobs by us: what the handlers run, in a process of its own whose start is counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mediabench.inputs import CRF, PRESET, Scale, scale
from mediamill.timeline import Timeline, assets_of
from mediamill_av import house
from mediamill_av.assemble import sources_of
from mediamill_av.kept import Kept
from mediamill_av.plan import plan
from mediamill_av.probe import probe
from mediamill_av.render import render
from mediamill_media.merge.contract import Concat
from mediamill_media.merge.providers.reel import reel_of

Item = dict[str, Any]

WORDS = "the little lantern went from door to door and nobody was ever cold again that winter".split()


class Job:
    """One job: its folder, its scale, and how its assets are named."""

    def __init__(self, folder: Path, wanted: Scale) -> None:
        self.folder, self.scale = folder, wanted
        self.remembers = False
        """Whether it uses what was kept of the films before."""
        self.files: dict[str, Path] = {}

    def asset(self, name: str) -> str:
        """Name an input as the asset that it would be."""
        asset = f"0190a5c8-7c1e-7000-8000-{len(self.files):012d}"
        self.files[asset] = self.folder / name
        return asset

    def film(self, tracks: list[Item], lufs: float | None = None, **output: Any) -> dict[str, Any]:
        """Make the film of a timeline, and tell what was copied."""
        declared = {"size": self.scale.size, "fps": 30, "tracks": tracks, "output": output}
        return self.rendered(Timeline.model_validate(declared), lufs)

    def rendered(self, timeline: Timeline, lufs: float | None) -> dict[str, Any]:
        """Plan and render as the merge queue does."""
        files = {asset: self.files[asset] for asset in assets_of(timeline)}
        kept = Kept(self.folder / "kept") if self.remembers else None
        made = render(plan(timeline, sources_of(timeline, files), lufs), Path.cwd(), kept=kept)
        return {"frames": made.frames, "copied": made.frames_copied, "lufs": made.lufs, "path": str(made.path)}

    def crossfaded(self, *names: str) -> Item:
        """Give a track of clips that cross-fade."""
        items: list[Item] = []
        for number, name in enumerate(names):
            start = number * (self.scale.seconds - self.scale.fade)
            item = {"asset": self.asset(name), "start_s": start, "out_s": self.scale.seconds}
            items.append(item | ({"transition_in": {"type": "fade", "seconds": self.scale.fade}} if number else {}))
        return {"type": "video", "items": items}


def same(*changed: str) -> list[str]:
    """Give the five clips alike, some by another."""
    return [next((new for new in changed if new[-5] == str(number)), f"same{number}.mp4") for number in range(5)]


def spoken(film_s: float) -> Iterator[tuple[str, float, float]]:
    """Give captions from the first to the last second of a film, each a line with a pause after it."""
    at, number = 1.0, 0
    while at + 2.4 < film_s - 1:
        yield " ".join(WORDS[(number * 4 + each) % len(WORDS)] for each in range(4)), at, at + 2.4
        at, number = at + 3.0, number + 1


def _captions(film_s: float) -> Item:
    items = []
    for text, start, end in spoken(film_s):
        words = text.split()
        each = (end - start) / len(words)
        times = [(start + n * each, start + (n + 1) * each) for n in range(len(words))]
        told = [{"text": w, "start_s": s, "end_s": e} for w, (s, e) in zip(words, times, strict=True)]
        items.append({"words": told, "start_s": start})
    return {"type": "captions", "items": items}


def concat(job: Job, name: str) -> dict[str, Any]:
    """J1 and J2: five clips, one after another."""
    ask = Concat(clips=tuple(job.asset(f"{name}{number}.mp4") for number in range(5)), size=job.scale.size, fps=30)
    return job.rendered(reel_of(ask, job.files), None)


def told(job: Job, captions: str) -> dict[str, Any]:
    """J3: fades, narration, ducked music, captions, target loudness."""
    return job.film(_story(job), -16.0, captions=captions)


def _story(job: Job) -> list[Item]:
    picture = job.crossfaded(*same())
    picture["items"][0]["fade_in_s"], picture["items"][-1]["fade_out_s"] = 0.5, 1.0
    for item in picture["items"]:
        item["gain_db"] = -60
    voice = {"type": "audio", "name": "voice", "items": [{"asset": job.asset("voice.wav")}]}
    duck = {"under": "voice", "by_db": 9}
    music = {"asset": job.asset("music.wav"), "gain_db": -9, "fade_out_s": 1, "duck": duck}
    return [picture, voice, {"type": "audio", "items": [music]}, _captions(job.scale.film_s)]


def stills(job: Job) -> dict[str, Any]:
    """J4: a slow zoom over each still."""
    seconds = job.scale.seconds
    items = [
        {"asset": job.asset(f"still{n}.jpg"), "start_s": n * seconds, "out_s": seconds, "motion": "zoom_in"}
        for n in range(5)
    ]
    return job.film([{"type": "image", "items": items}])


def levelled(job: Job) -> dict[str, Any]:
    """J5: voice and ducked music, at -16 LUFS."""
    return job.film(_story(job)[1:3], -16.0, format="wav")


def probes(job: Job) -> dict[str, Any]:
    """J6: twenty probes."""
    return {"frames": [probe(job.folder / f"same{number % 5}.mp4").duration_s for number in range(20)]}


def crossfades(job: Job, *changed: str, remembers: bool = False) -> dict[str, Any]:
    """J8: five clips with cross-fades."""
    job.remembers = remembers
    return job.film([job.crossfaded(*same(*changed))])


OURS: dict[str, Callable[[Job], dict[str, Any]]] = {
    "j1": lambda job: concat(job, "same"),
    "j2": lambda job: concat(job, "diff"),
    "j3": lambda job: told(job, "burned"),
    "j3 soft": lambda job: told(job, "soft"),
    "j4": stills,
    "j5": levelled,
    "j6 probe": probes,
    "j8": crossfades,
    "j8 kept": lambda job: crossfades(job, remembers=True),
    "j8 changed": lambda job: crossfades(job, "new2.mp4", remembers=True),
    "j8 again": lambda job: crossfades(job, remembers=True),
}


if __name__ == "__main__":
    if sys.argv[3:] != ["veryfast"]:
        house.EFFORTS["final"] = house.Effort(PRESET, CRF)
    answer = OURS[sys.argv[1]](Job(Path(sys.argv[2]), scale()))
    Path("told.json").write_text(json.dumps(answer))
