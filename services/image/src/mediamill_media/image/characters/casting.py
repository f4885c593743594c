"""Gives every subject of a scene its look: a character's own, or one that chance designs for this picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mediamill_media.image.characters.design import chance_of, look_of
from mediamill_media.image.compose.figure import prop_look
from mediamill_media.image.prompt.catalog import catalog

if TYPE_CHECKING:
    from mediamill_media.image.contract import Look
    from mediamill_media.image.prompt.scene import Scene, Subject


def cast_scene(scene: Scene, seed: int) -> Scene:
    """Give the scene with a look for everybody; several of one kind become several figures, each its own."""
    subjects: list[Subject] = []
    for place, subject in enumerate(scene.subjects):
        subjects.extend(_with_looks(subject, seed, place))
    return replace(scene, subjects=tuple(subjects))


def _with_looks(subject: Subject, seed: int, place: int) -> list[Subject]:
    entry = catalog()[subject.name]
    if subject.look is not None:
        return [replace(subject, look=_in_mood(subject))]
    if entry.draw not in {"person", "robot"}:
        look = look_of(subject, chance_of(str(seed), subject.name)) if entry.lives else prop_look(subject)
        return [replace(subject, look=look)]
    looks = [look_of(subject, chance_of(str(seed), subject.name, str(place), str(i))) for i in range(subject.count)]
    return [_one_of(subject, look, number) for number, look in enumerate(looks)]


def _one_of(subject: Subject, look: Look, number: int) -> Subject:
    """Give one of several; what the prompt names once ("children flying a kite") is in the first one's hands."""
    if number == 0:
        return replace(subject, look=look, count=1)
    held, flown = subject.holds, subject.flies
    return replace(
        subject,
        look=look,
        count=1,
        holds=held if held and held.count > 1 else None,
        flies=flown if flown and flown.count > 1 else None,
    )


def _in_mood(subject: Subject) -> Look | None:
    look = subject.look
    if look is None or subject.expression is None:
        return look
    return look.model_copy(update={"expression": subject.expression})
