"""A folder that says what film to make: a brief, and beside it how it is to look."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mill.demo.brief import read_brief
from mill.errors import WrongUse

BRIEF, FILM = "brief.md", "film.toml"


class Wish(BaseModel):
    """What ``film.toml`` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: Annotated[str, Field(min_length=1)]
    """A line about what sort of film it is."""
    photos: tuple[str, ...] = ()
    """Files of the folder, each shown by a scene instead of a drawing; in order."""
    film: dict[str, Any] = {}
    """Fields of ``flow.film``, besides the brief and the photos."""


class Example(BaseModel):
    """One film to make."""

    model_config = ConfigDict(frozen=True)

    name: str
    about: str
    brief: str
    photos: tuple[Path, ...]
    film: dict[str, Any]


def read_examples(folder: Path, only: list[str]) -> list[Example]:
    """Give the examples of a folder by their names, or those that are named. Raises ``WrongUse``."""
    found = {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{FILM}"))}
    if not found:
        raise WrongUse(f"{folder} holds no example: a folder with {BRIEF} and {FILM}.")
    if unknown := sorted(set(only) - set(found)):
        raise WrongUse(f"There is no example {', '.join(unknown)} in {folder}; there are {', '.join(found)}.")
    return [read_example(path) for name, path in found.items() if not only or name in only]


def read_example(folder: Path) -> Example:
    """Read one example. Raises ``WrongUse`` with what is wrong and where."""
    path = folder / FILM
    try:
        wish = Wish.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUse(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    photos = tuple(folder / name for name in wish.photos)
    for photo in photos:
        if not photo.is_file():
            raise WrongUse(f"{path}: there is no photo {photo}.")
    brief = read_brief(str(folder / BRIEF))
    return Example(name=folder.name, about=wish.about, brief=brief, photos=photos, film=wish.film)
