"""Asking for a film and bringing it home."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mill.api.client import Api
from mill.api.models import Asset, Job
from mill.demo.brief import slug
from mill.errors import MillError

KIND = "flow.film"


class Aspect(StrEnum):
    """The shape of a film."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"

    @property
    def size(self) -> str:
        """The film's size in pixels."""
        return {"16:9": "1280x720", "9:16": "720x1280", "1:1": "1080x1080"}[self.value]


class Film(BaseModel):
    """A film that was made, and where its files are."""

    film: Path
    captions: Path | None
    poster: Path | None
    title: str
    duration_s: float | None
    took_s: float
    job_id: str
    url: str


class NoFilm(MillError):
    """The job succeeded but its output holds no film."""

    title = "There is no film"


def request(brief: str, aspect: Aspect, scenes: int | None, *, cache: str) -> dict[str, Any]:
    """Give the job to post."""
    asked: dict[str, Any] = {"brief": brief, "size": aspect.size}
    if scenes is not None:
        asked["scenes"] = scenes
    return {"kind": KIND, "input": asked, "cache": cache}


def bring_home(api: Api, job: Job, folder: Path, took_s: float, save: Callable[[Api, Asset, Path], None]) -> Film:
    """Download the film with its captions and its poster, named by its title."""
    film = _find(job, "film", "video/")
    if film is None:
        raise NoFilm(f"The output of {api.url}/v1/jobs/{job.id} holds no asset in the role 'film'.")
    title = str((job.output or {}).get("title") or "film")
    path = folder / f"{slug(title)}.mp4"
    save(api, film, path)
    return Film(
        film=path,
        captions=_beside(api, _find(job, "captions", "text/vtt"), path, save),
        poster=_beside(api, _find(job, "poster", "image/"), path, save),
        title=title,
        duration_s=film.duration_s,
        took_s=round(took_s, 1),
        job_id=job.id,
        url=f"{api.url}/v1/jobs/{job.id}",
    )


def _find(job: Job, role: str, media_type: str) -> Asset | None:
    in_role = [asset for asset in job.assets if asset.role == role]
    of_type = [asset for asset in job.assets if asset.media_type.startswith(media_type)]
    return next(iter(in_role or of_type), None)


def _beside(api: Api, asset: Asset | None, film: Path, save: Callable[[Api, Asset, Path], None]) -> Path | None:
    if asset is None:
        return None
    suffixes = {"text/vtt": ".vtt", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
    path = film.with_suffix(suffixes.get(asset.media_type.partition(";")[0], ".bin"))
    save(api, asset, path)
    return path
