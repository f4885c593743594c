"""Small films by chance: moving and standing, bright and dark, spoken over or silent, all as they should be."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediamill.timeline import Timeline, assets_of
from mediamill_av.assemble import sources_of
from mediamill_av.gate.wanted import Wanted
from mediamill_av.house import video_arguments
from mediamill_av.plan import plan
from mediamill_av.render import Film, render
from mediamill_av.runner import Command, run

SIZE = (320, 180)
WORDS = "the lantern went from door to door and nobody was ever cold again".split()
_CLIPS = {
    "patterns": "testsrc2=s=320x180:r=30",
    "fractal": "mandelbrot=s=320x180:r=30:maxiter=90",
    "colours": "gradients=s=320x180:r=30:seed=4:speed=0.04",
    "night": "color=c=0x04060c:s=320x180:r=30",
    "card": "color=c=0xE8E0D0:s=320x180:r=30",
}
_SOUNDS = {
    "voice": "anoisesrc=c=pink:a=0.7:seed=2:r=48000,volume='gt(sin(2*PI*t/1.7)+0.3*sin(2*PI*t/0.4),0)':eval=frame",
    "music": "sine=f=220:r=48000,tremolo=f=3:d=0.6",
}


@dataclass(frozen=True)
class Screened:
    """A film, and what it must be."""

    film: Film
    wanted: Wanted
    folder: Path
    timeline: Timeline


class Studio:
    """Makes films of a few sources, which it makes first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._assets: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        for name, source in _CLIPS.items():
            self._add(name, "mp4", source, "-t", "6", *video_arguments(30), "-f", "mp4")
        for name, source in _SOUNDS.items():
            self._add(name, "wav", source, "-t", "20", "-f", "wav")
        still = ("-frames:v", "1", "-f", "image2pipe", "-c:v", "png")
        self._add("still", "png", "testsrc2=s=400x300", *still)

    def _add(self, name: str, suffix: str, source: str, *coding: str) -> None:
        path = self._folder / f"{name}.{suffix}"
        run(Command(what=name, arguments=("-f", "lavfi", "-i", source, *coding), output=path, foreign=False))
        self._assets[name] = f"0190a5c8-7c1e-7000-8000-{len(self._assets):012d}"
        self._paths[self._assets[name]] = path

    def film(self, seed: int, *, story: bool = False) -> Screened:
        """Make a film; a ``story`` always moves, speaks, plays and is captioned. Raises ``OutputRejected``."""
        timeline = self.declared(seed, story=story)
        folder = self._folder / f"film{seed}-{int(story)}"
        folder.mkdir()
        files = {asset: self._paths[asset] for asset in assets_of(timeline)}
        made = render(plan(timeline, sources_of(timeline, files), -16.0), folder)
        return Screened(made, made.wanted, folder, timeline)

    def declared(self, seed: int, *, story: bool = False) -> Timeline:
        """Give the timeline of a film."""
        return Timeline.model_validate(self._declared(random.Random(seed), story=story))

    def _declared(self, dice: random.Random, *, story: bool) -> dict[str, Any]:
        pictures = ("patterns", "fractal", "colours") if story else (*_CLIPS, "still", "still")
        items: list[dict[str, Any]] = []
        for number in range(dice.randint(2, 3)):
            item = self._picture(dice, dice.choice(pictures), dice.choice([3.0, 3.5, 4.0]))
            if number and dice.random() < 0.7:
                item["transition_in"] = {"type": dice.choice(["fade", "wipe", "slide"]), "seconds": 0.4}
            items.append(item)
        self._lay_out(items)
        end = items[-1]["start_s"] + items[-1]["out_s"] - items[-1].get("in_s", 0.0)
        items[-1]["fade_out_s"] = dice.choice([0.0, 1.0])
        tracks: list[dict[str, Any]] = [{"type": "video", "items": items}]
        if story or dice.random() < 0.6:
            tracks += self._sounds(dice, end, story=story)
        if story or dice.random() < 0.5:
            tracks.append(_captions(dice, end))
        captions = dice.choice(["burned", "soft"])
        return {
            "size": SIZE,
            "fps": 30,
            "tracks": tracks,
            "output": {"quality": "draft", "captions": captions},
        }

    def _picture(self, dice: random.Random, name: str, length: float) -> dict[str, Any]:
        motion = dice.choice(["still", "zoom_in", "pan_left"]) if name == "still" else None
        source = {} if name == "still" else {"in_s": dice.choice([0.0, 0.7, 1.0])}
        begin = source.get("in_s", 0.0)
        return {"asset": self._assets[name], "out_s": begin + length, "motion": motion, **source}

    @staticmethod
    def _lay_out(items: list[dict[str, Any]]) -> None:
        """Put each item where the one before it ends, or as much earlier as its transition takes."""
        at = 0.0
        for item in items:
            length = item["out_s"] - item.get("in_s", 0.0)
            lead = item["transition_in"]["seconds"] if "transition_in" in item else 0.0
            item["start_s"] = round(at - lead, 6)
            at = item["start_s"] + length
            item["out_s"] = round(item["out_s"], 6)

    def _sounds(self, dice: random.Random, end: float, *, story: bool) -> list[dict[str, Any]]:
        begin = dice.uniform(0, 5)
        voice = {"asset": self._assets["voice"], "start_s": 0.5, "in_s": begin, "out_s": begin + end - 1.0}
        music = {"asset": self._assets["music"], "gain_db": -12, "fade_out_s": 1, "out_s": end}
        tracks = [{"type": "audio", "name": "voice", "items": [voice]}]
        if story or dice.random() < 0.5:
            tracks.append({"type": "audio", "items": [{**music, "duck": {"under": "voice", "by_db": 9}}]})
        return tracks


def _captions(dice: random.Random, end: float) -> dict[str, Any]:
    items = []
    at = 0.6
    while at + 1.6 < end:
        count = dice.randint(2, 4)
        start = dice.randrange(len(WORDS) - count)
        items.append({"text": " ".join(WORDS[start : start + count]), "start_s": at, "out_s": 1.5})
        at += 2.6
    return {"type": "captions", "items": items}
