"""An example made into a film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mill.api.client import Api
from mill.api.models import Asset, Job
from mill.demo.film import KIND, bring_home
from mill.gallery.example import Example
from mill.watch.views import seconds_of


class Exhibit(BaseModel):
    """A film and how it came about; files are named from the gallery's folder."""

    name: str
    about: str
    title: str
    film: str
    poster: str | None
    captions: str | None
    duration_s: float | None
    took_s: float
    """From the post to the end, in seconds; little where it was answered from what had been made before."""
    spent_s: dict[str, float]
    """How long the steps of each kind ran together, in seconds, the longest first."""
    narration: tuple[str, ...]


def order(example: Example, photos: list[str], *, cache: str) -> dict[str, Any]:
    """Give the job to post for an example whose photos are these assets."""
    asked = {**example.film, "brief": example.brief}
    if photos:
        asked["photos"] = photos
    return {"kind": KIND, "input": asked, "cache": cache, "metadata": {"gallery": example.name}}


def exhibit(
    api: Api, example: Example, job: Job, out: Path, took_s: float, save: Callable[[Api, Asset, Path], None]
) -> Exhibit:
    """Bring a film home into the gallery's folder."""
    made = bring_home(api, job, out / example.name, took_s, save)
    scenes = (job.output or {}).get("scenes") or []
    return Exhibit(
        name=example.name,
        about=example.about,
        title=made.title,
        film=_named(made.film, out),
        poster=_named(made.poster, out) if made.poster else None,
        captions=_named(made.captions, out) if made.captions else None,
        duration_s=made.duration_s,
        took_s=made.took_s,
        spent_s=spent(api.children(job.id)),
        narration=tuple(str(scene.get("narration", "")) for scene in scenes),
    )


def spent(steps: list[Job]) -> dict[str, float]:
    """Give the seconds that steps of each kind ran, the longest first."""
    sums: Counter[str] = Counter()
    for step in steps:
        sums[step.kind] += seconds_of(step) or 0.0  # type: ignore[assignment]  # a counter of seconds
    return {kind: round(seconds, 2) for kind, seconds in sums.most_common()}


def _named(path: Path, out: Path) -> str:
    return path.relative_to(out).as_posix()
