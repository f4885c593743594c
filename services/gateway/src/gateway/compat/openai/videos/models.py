"""What a clip looks like, and what is asked for one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class VideoError(BaseModel):
    """Why there is no clip."""

    code: str
    message: str


class Video(BaseModel):
    """A job that makes a clip."""

    id: str = Field(examples=["video_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b"])
    object: Literal["video"] = "video"
    model: str
    status: Literal["queued", "in_progress", "completed", "failed"]
    progress: int = Field(description="0 to 100")
    created_at: int
    completed_at: int | None
    expires_at: int | None = None
    seconds: str
    size: str
    prompt: str | None
    remixed_from_video_id: str | None
    error: VideoError | None


class Videos(BaseModel):
    """A page of clips."""

    object: Literal["list"] = "list"
    data: list[Video]
    has_more: bool
    first_id: str | None
    last_id: str | None


class DeletedVideo(BaseModel):
    """A clip that is no longer told of here."""

    id: str
    object: Literal["video.deleted"] = "video.deleted"
    deleted: bool = True


class PostRemix(BaseModel):
    """A request for a clip like another one."""

    prompt: str
    webhook: str | None = Field(None, description="a URL that is told of the end")
