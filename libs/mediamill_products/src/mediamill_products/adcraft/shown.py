"""Brands and campaigns as their frontend reads them; a campaign's state is its job's, told in other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from mediamill.assets.signing import asset_url
from mediamill.jobs.states import State
from mediamill_products.adcraft.contract import CampaignMade
from mediamill_products.adcraft.schemas import BrandShown, CampaignShown, Listed, Status, Video
from mediamill_products.caller import Seen

S = TypeVar("S", bound=BaseModel)

TEST_MODE = "test_mode"
"""The name in a job's metadata that tells that it was to cost nothing."""
_WORDS: Mapping[State, Status] = {
    State.QUEUED: "pending",
    State.RUNNING: "in_progress",
    State.WAITING: "in_progress",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
    State.CANCELED: "failed",
}
_CANCELED = "The films were canceled."


def brand_shown(row: RowMapping) -> BrandShown:
    """Show a brand."""
    logo_url = asset_url(row["logo"]) if row["logo"] is not None else None
    return BrandShown(**{name: row[name] for name in BrandShown.model_fields if name != "logo_url"}, logo_url=logo_url)


def campaign_shown(row: RowMapping, job: Seen | None) -> CampaignShown:
    """Show a campaign as its job stands; without one it is a draft, also when retention has forgotten the job."""
    told = {name: row[name] for name in CampaignShown.model_fields if name in row}
    if job is None:
        return CampaignShown(**{**told, **_draft()})
    videos = _videos(job)
    return CampaignShown(
        **told,
        status=status_of(job),
        progress=_percent(job),
        stage=job.stage.message if job.stage is not None else None,
        error=_error(job),
        cost=float(job.cost),
        test_mode=job.metadata.get(TEST_MODE) == "true",
        variants=job.input["variants"],
        video_url=videos[0].video_url if videos else None,
        video_urls={video.format: video.video_url for video in videos if video.variant == 1},
        videos=videos,
    )


def status_of(job: Seen) -> Status:
    """Tell a job's state in the words of the frontend; one that was begun and is in line again is still in progress."""
    if job.state == State.QUEUED and job.started_at is not None:
        return "in_progress"
    return _WORDS[job.state]


def page_of(shown: Sequence[S], ids: Sequence[UUID], limit: int) -> Listed[S]:
    """Cut a page out of what was found with one row too many."""
    return Listed(data=list(shown[:limit]), next_cursor=ids[limit - 1] if len(ids) > limit else None)


def _draft() -> dict[str, Any]:
    return {
        "job_id": None,
        "status": "draft",
        "progress": 0,
        "stage": None,
        "error": None,
        "cost": 0.0,
        "test_mode": False,
        "variants": 1,
        "video_url": None,
        "video_urls": {},
        "videos": [],
    }


def _percent(job: Seen) -> int:
    if job.state == State.SUCCEEDED:
        return 100
    return int(100 * job.stage.current / job.stage.total) if job.stage is not None and job.stage.total else 0


def _error(job: Seen) -> str | None:
    if job.state == State.CANCELED:
        return _CANCELED
    return job.error.message if job.error is not None and job.state == State.FAILED else None


def _videos(job: Seen) -> list[Video]:
    """Give the films of a job that has succeeded."""
    if job.state != State.SUCCEEDED or job.output is None:
        return []
    made = CampaignMade.read(dict(job.output))
    assets = {asset.id: asset for asset in made.assets}
    return [
        Video(
            format=film.format,
            variant=film.variant,
            hook=film.hook,
            video_url=assets[film.film].url or "",
            poster_url=assets[film.poster].url or "",
            captions_url=assets[film.captions].url if film.captions is not None else None,
            duration_s=film.duration_s,
            width=assets[film.film].width,
            height=assets[film.film].height,
            lufs=film.lufs,
        )
        for film in made.films
    ]
