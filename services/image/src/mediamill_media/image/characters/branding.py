"""Dresses a scene in the colours of a brand: people wear the first, things have the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mediamill_media.image.prompt.catalog import catalog
from mediamill_media.image.prompt.scene import Scene, Subject


def branded(scene: Scene, colors: Sequence[str]) -> Scene:
    """Give the scene with these colours on whoever has none by the words; animals and characters stay as they are."""
    if not colors:
        return scene
    return replace(scene, subjects=tuple(_colored(subject, colors) for subject in scene.subjects))


def _colored(subject: Subject, colors: Sequence[str]) -> Subject:
    carried = replace(
        subject,
        holds=_carried(subject.holds, colors),
        rides=_carried(subject.rides, colors),
        flies=_carried(subject.flies, colors),
    )
    entry = catalog()[subject.name]
    is_dressed = subject.color is not None or subject.look is not None
    if is_dressed or (entry.lives and entry.draw != "person") or entry.draw == "sky":
        return carried
    return replace(carried, color=colors[0] if entry.lives else colors[-1])


def _carried(subject: Subject | None, colors: Sequence[str]) -> Subject | None:
    return None if subject is None else _colored(subject, colors)
