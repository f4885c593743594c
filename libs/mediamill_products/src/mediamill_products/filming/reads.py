"""What the flows read of other kinds' answers, and no more: those kinds may grow without touching a flow."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from mediamill.contracts import Answer, Asset
from mediamill.errors import Permanent


class Read(BaseModel):
    """A part of an answer; what else the answer holds is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CastMember(Read):
    """A character of a script."""

    name: str
    description: str


class Scene(Read):
    """A scene of a script."""

    narration: str
    image_prompt: str
    seconds: float = 0.0
    characters: tuple[str, ...] = ()


class Script(Read):
    """A script."""

    title: str
    mood: str
    cast: tuple[CastMember, ...] = ()
    scenes: tuple[Scene, ...]


class Made(Read):
    """Media that a kind made."""

    assets: tuple[Asset, ...]

    def id_of(self, *roles: str) -> str:
        """Give the first asset in the first of these roles that there is. Raises ``Permanent``."""
        for role in roles:
            for asset in self.assets:
                if asset.role == role:
                    return asset.id
        raise Permanent(f"There is no asset in the roles {roles}; there are {[a.role for a in self.assets]}.")


class Word(Read):
    """A spoken word."""

    text: str
    start_s: float
    end_s: float


class Speech(Made):
    """Narration."""

    words: tuple[Word, ...]
    duration_s: float


class Picture(Read):
    """A picture and its layers."""

    image: str
    layers: str | None = None
    missing: tuple[str, ...] = ()


class Pictures(Made):
    """Pictures."""

    pictures: tuple[Picture, ...]


class Film(Made):
    """A rendered timeline."""

    duration_s: float
    lufs: float | None = None


R = TypeVar("R", bound=Read)


def read(answer: Answer, into: type[R]) -> R:
    """Read of an answer what ``into`` names."""
    raw: dict[str, Any] = answer.model_dump()
    return into.model_validate(raw)
