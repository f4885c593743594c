"""What teamfit's frontend sends and reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mediamill.jobs.states import State
from mediamill_products.caller import Glimpse
from mediamill_products.teamfit.contract import Setting

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]+$")
]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
PlanName = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")]
Status = Literal["pending", "processing", "completed", "failed"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PostOrganization(_Body):
    """A new organization."""

    name: Name = Field(description="one of a kind within the tenant")
    plan: PlanName | None = Field(None, description="its own; null is its tenant's")
    trust_score: int = Field(70, ge=0, le=100)
    monthly_quota: int = Field(10, ge=0, le=1_000_000, description="requests that succeed, in a calendar month of UTC")


class PatchOrganization(_Body):
    """What to change of an organization; what is left out stays."""

    name: Name = ""
    plan: PlanName | None = None
    trust_score: int = Field(70, ge=0, le=100)
    monthly_quota: int = Field(10, ge=0, le=1_000_000)


class Organization(BaseModel):
    """Whose teams they are."""

    id: UUID
    name: str
    plan: str = Field(description="that holds: its own, or its tenant's")
    is_paid: bool
    trust_score: int
    monthly_quota: int
    created_at: datetime


class Quota(BaseModel):
    """What an organization has used of its month."""

    plan: str
    is_paid: bool
    trust_score: int
    least_trust: int
    monthly_quota: int
    used: int = Field(description="requests of this month that succeeded")
    pending: int = Field(description="requests that are under way and count if they succeed")
    left: int
    resets_at: datetime


class PostTeam(_Body):
    """A new team."""

    name: Name
    about: Long = Field("", description="what they do and how they are")
    people: int = Field(6, ge=2, le=500)
    setting: Setting = "in_person"


class PatchTeam(_Body):
    """What to change of a team; what is left out stays."""

    name: Name = ""
    about: Long = ""
    people: int = Field(6, ge=2, le=500)
    setting: Setting = "in_person"


class Team(BaseModel):
    """Who does the activities."""

    id: UUID
    organization_id: UUID
    name: str
    about: str
    people: int
    setting: str
    created_at: datetime


class PostMaterial(_Body):
    """A text of the team's own, as text."""

    title: Title
    text: Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=r"^[^\x00]*$")]


class Material(BaseModel):
    """A text of a team's own."""

    id: UUID
    team_id: UUID
    title: str
    media_type: str
    pages: int | None = Field(description="of a PDF")
    characters: int = Field(description="that are kept")
    is_cut: bool = Field(description="whether the file said more than that")
    created_at: datetime


class WholeMaterial(Material):
    """A material with what it says."""

    text: str


class PostActivities(_Body):
    """What a team wants activities for."""

    team_id: UUID
    requirements: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")] = ""
    material_ids: list[UUID] | None = Field(None, max_length=12, description="null: the newest of the team's")
    duration_minutes: int | None = Field(None, ge=10, le=480, description="of each")


class Begun(BaseModel):
    """That activities are being made."""

    success: bool = True
    job_id: UUID
    status: Status = "pending"


class Progress(BaseModel):
    """How far it is."""

    current: float
    total: float
    message: str | None


class JobStatus(BaseModel):
    """How a job is, and when it is completed its activities."""

    success: bool = True
    job_id: UUID
    status: Status
    progress: Progress | None = None
    activities: list[dict[str, Any]] | None = Field(None, description="three, when completed")
    error: str | None = Field(None, description="why, when failed")


def tell(job_id: UUID, glimpse: Glimpse) -> JobStatus:
    """Say how a job is."""
    status = _status(glimpse)
    stage = glimpse.stage
    return JobStatus(
        job_id=job_id,
        status=status,
        progress=Progress(**stage._asdict()) if stage is not None and status == "processing" else None,
        activities=_activities(glimpse.output) if status == "completed" else None,
        error=_why(glimpse) if status == "failed" else None,
    )


def _status(glimpse: Glimpse) -> Status:
    match glimpse.state:
        case State.SUCCEEDED:
            return "completed"
        case State.FAILED | State.CANCELED:
            return "failed"
        case State.QUEUED if not glimpse.has_begun:
            return "pending"
        case _:
            return "processing"


def _why(glimpse: Glimpse) -> str:
    return "It was canceled." if glimpse.error is None else glimpse.error.message


def _activities(output: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = list((output or {}).get("activities", ()))
    return [{"duration_minutes" if name == "minutes" else name: value for name, value in one.items()} for one in made]
