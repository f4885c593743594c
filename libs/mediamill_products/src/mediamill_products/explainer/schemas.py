"""What the explainer's frontend sends and reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mediamill.jobs.states import State
from mediamill_products.caller import Failed, Seen
from mediamill_products.explainer.contract import Captions, Music, PubmedId, Theme, Voice

Aspect = Literal["16:9", "9:16", "1:1"]
Status = Literal["pending", "processing", "completed", "failed"]
SIZES: Mapping[Aspect, tuple[int, int]] = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (1080, 1080)}
WAITING, CANCELED, DONE = "Waiting in line", "The film was canceled.", "Done"


class PostPaper(BaseModel):
    """A film that is wanted of an article; what else a frontend sends is not looked at."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pubmed_id": "90000001"}, {"pubmed_id": "90000002", "aspect_ratio": "9:16"}]}
    )

    pubmed_id: PubmedId
    aspect_ratio: Aspect = Field("16:9", description="The film's shape.")
    sections: int = Field(5, ge=1, le=8, description="At most so many sections.")
    voice: Voice = Field("heart", description="Who reads; see audio.speech.")
    music: Music = Field("science", description="The mood of the music, or none.")
    captions: Captions = Field("burned", description="Captions in the picture, or none.")
    theme: Theme = Field("light", description="The paper that charts are drawn on.")
    size: str | None = Field(None, pattern=r"^\d+x\d+$", description="In pixels, instead of the shape: 640x360.")

    def input(self) -> dict[str, Any]:
        """Give the input of the flow."""
        asked = self.model_dump(exclude={"aspect_ratio", "size"})
        return {**asked, "size": self.size or SIZES[self.aspect_ratio]}


class PaperBegun(BaseModel):
    """A film that is being made."""

    job_id: UUID = Field(description="To be asked for at /api/videos/{job_id}.")
    video_id: UUID = Field(description="The film, once it is there.")


class PaperVideo(BaseModel):
    """A film."""

    id: UUID
    title: str
    video_url: str = Field(description="Opens without a key, for a while.")
    thumbnail_url: str | None
    captions_url: str | None = Field(description="WebVTT; none where captions were not wanted.")
    duration: float = Field(description="In seconds.")
    citation: str = Field(description="The article, as a list of references has it.")
    source_url: str = Field(description="The article's page at PubMed.")


class PaperStatus(BaseModel):
    """How a film stands."""

    job_id: UUID
    video_id: UUID
    pubmed_id: str
    status: Status
    step: str = Field(description="What is being done, in words.")
    progress: int = Field(ge=0, le=100, description="In percent.")
    video: PaperVideo | None = Field(description="The film, when it is completed.")
    error: str | None = Field(description="Why it failed, in a sentence.")
    error_code: str | None = Field(description="Such as unknown-article, retracted-article or no-abstract.")
    created_at: datetime


def told(row: Any, job: Seen, cause: Failed | None) -> PaperStatus:
    """Tell how a film stands by its job, and by what its job failed of."""
    status = _status(job)
    stage = job.stage
    begun = 0 if stage is None or not stage.total else int(100 * stage.current / stage.total)
    failure = _failure(job, cause) if status == "failed" else None
    return PaperStatus(
        job_id=job.id,
        video_id=row.id,
        pubmed_id=row.pubmed_id,
        status=status,
        step=DONE if status == "completed" else WAITING if stage is None or not stage.message else stage.message,
        progress=100 if status == "completed" else min(99, begun),
        video=_video(row.id, job.output) if status == "completed" and job.output else None,
        error=failure.message if failure else None,
        error_code=failure.code if failure else None,
        created_at=row.created_at,
    )


def _status(job: Seen) -> Status:
    match job.state:
        case State.SUCCEEDED:
            return "completed"
        case State.FAILED | State.CANCELED:
            return "failed"
        case State.QUEUED if job.started_at is None:
            return "pending"
    return "processing"


def _failure(job: Seen, cause: Failed | None) -> Failed:
    if job.state == State.CANCELED:
        return Failed("canceled", CANCELED)
    return cause or job.error or Failed("failed", "The film could not be made.")


def _video(video_id: UUID, output: Mapping[str, Any]) -> PaperVideo:
    urls = {asset["role"]: asset["url"] for asset in output["assets"]}
    return PaperVideo(
        id=video_id,
        title=output["title"],
        video_url=urls["film"],
        thumbnail_url=urls.get("poster"),
        captions_url=urls.get("captions"),
        duration=output["duration_s"],
        citation=output["citation"],
        source_url=output["url"],
    )
