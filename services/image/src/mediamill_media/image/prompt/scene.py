"""A scene as values: what a prompt asks to see."""

from __future__ import annotations

from dataclasses import dataclass, field

from mediamill_media.image.contract import Look, Wear


@dataclass(frozen=True)
class Subject:
    """Somebody or something in the picture; ``word`` is how the prompt called it."""

    name: str
    word: str
    count: int = 1
    color: str | None = None
    scale: float = 1.0
    expression: str | None = None
    holds: Subject | None = None
    rides: Subject | None = None
    flies: Subject | None = None
    glows: bool = False
    soars: bool = False
    wears: tuple[Wear, ...] = ()
    hair: str | None = None
    hair_color: str | None = None
    look: Look | None = None


@dataclass(frozen=True)
class Scene:
    """Where, when, in what weather, and who is there; ``drawn`` and ``missing`` account for the prompt's words."""

    place: str = "meadow"
    time: str = "day"
    weather: str = "clear"
    season: str = "summer"
    mood: str = "calm"
    hill: bool = False
    snowy: bool = False
    subjects: tuple[Subject, ...] = ()
    colors: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shown_as: dict[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Give the catalog names of all subjects, held and ridden ones included."""
        found: list[str] = []
        for subject in self.subjects:
            carried = (subject, subject.holds, subject.rides, subject.flies)
            found.extend(s.name for s in carried if s is not None)
        return tuple(found)
