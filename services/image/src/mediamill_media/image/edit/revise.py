"""Changes a scene as it is asked to: what the words name is changed, and all else stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from mediamill_media.image.characters.redesign import Change, redesigned
from mediamill_media.image.edit.clauses import FILLERS, Clause, Verb, clauses
from mediamill_media.image.prompt.account import FACT_FIELDS
from mediamill_media.image.prompt.lexicon import tokens
from mediamill_media.image.prompt.parse import MOST_SUBJECTS, SNOWY_PLACES
from mediamill_media.image.prompt.reader import Reader
from mediamill_media.image.prompt.scene import Scene, Subject


class Revision(NamedTuple):
    """A changed scene, what was done to it, and the words that nothing came of."""

    scene: Scene
    done: tuple[str, ...]
    missing: tuple[str, ...]


def revise(scene: Scene, prompt: str) -> Revision:
    """Change a scene whose figures have their looks; whoever is new has none yet."""
    done: list[str] = []
    missing: dict[str, None] = {}
    for clause in clauses(prompt):
        before = len(done)
        scene = _STEPS[clause.verb](scene, clause, done)
        for reader in filter(None, (clause.left, clause.told)):
            missing |= dict.fromkeys(word for word in reader.unknown if word not in FILLERS)
        if len(done) == before:
            missing |= dict.fromkeys(sorted(clause.words))
    return Revision(_settled(scene), tuple(done), tuple(missing))


def _remove(scene: Scene, clause: Clause, done: list[str]) -> Scene:
    told = clause.told
    names = {subject.name for subject in told.subjects}
    gone = [subject for subject in scene.subjects if _is_meant(subject, names, told)]
    done += [f"removed {subject.word}" for subject in gone]
    left = [_without(subject, names, done) for subject in scene.subjects if subject not in gone]
    scene = replace(scene, subjects=tuple(left))
    weather = told.facts.get("weathers")
    if weather is not None and weather == scene.weather:
        done.append(f"removed {weather}")
        scene = replace(scene, weather="clear")
    return scene


def _exchange(scene: Scene, clause: Clause, done: list[str]) -> Scene:
    """Put somebody in another's place, as many and as large; or change what the left side names as the right tells."""
    left, told = clause.left, clause.told
    if left is None:
        return _change(scene, clause, done)
    names = {subject.name for subject in left.subjects}
    meant = [subject for subject in scene.subjects if _is_meant(subject, names, left)]
    scene = _with_facts(scene, told, done)
    if not meant:
        return _with_new(scene, told.subjects, done) if not left.subjects else scene
    if not told.subjects:
        return _altered(scene, meant, told, done)
    first, new = meant[0], told.subjects[0]
    scale = first.scale if new.scale == 1.0 else new.scale
    stand_in = replace(new, count=max(new.count, len(meant) if len(meant) > 1 else first.count), scale=scale)
    done.append(f"{first.word} became {new.word}")
    subjects = [stand_in if subject is first else subject for subject in scene.subjects if subject not in meant[1:]]
    return _with_new(replace(scene, subjects=tuple(subjects)), told.subjects[1:], done)


def _add(scene: Scene, clause: Clause, done: list[str]) -> Scene:
    return _with_new(_with_facts(scene, clause.told, done), clause.told.subjects, done)


def _change(scene: Scene, clause: Clause, done: list[str]) -> Scene:
    """Change who is there already; whoever is not comes in."""
    told = clause.told
    scene = _with_facts(scene, told, done)
    for wanted in told.subjects:
        meant = [subject for subject in scene.subjects if _is_meant(subject, {wanted.name}, None)]
        scene = _altered(scene, meant, told, done, wanted) if meant else _with_new(scene, [wanted], done)
    if not told.subjects and told.loose_colors:
        done.append("colours")
        scene = replace(scene, colors=tuple(told.loose_colors))
    return scene


_STEPS = {Verb.REMOVE: _remove, Verb.EXCHANGE: _exchange, Verb.ADD: _add, Verb.CHANGE: _change}


def _is_meant(subject: Subject, names: set[str], told: Reader | None) -> bool:
    """Tell whether a clause speaks of somebody: by what they are, or by a name that no catalog knows."""
    called = {token.word for token in tokens(subject.word)}
    return subject.name in names or (told is not None and bool(called) and called <= set(told.unknown))


def _without(subject: Subject, names: set[str], done: list[str]) -> Subject:
    for part in ("holds", "rides", "flies"):
        carried = getattr(subject, part)
        if carried is not None and carried.name in names:
            done.append(f"removed {carried.word}")
            subject = replace(subject, **{part: None})  # type: ignore[arg-type]  # one of the three
    return subject


def _with_new(scene: Scene, subjects: list[Subject], done: list[str]) -> Scene:
    fitting = subjects[: max(0, MOST_SUBJECTS - len(scene.subjects))]
    done += [f"added {subject.word}" for subject in fitting]
    return replace(scene, subjects=(*scene.subjects, *fitting))


def _with_facts(scene: Scene, told: Reader, done: list[str]) -> Scene:
    for table, value in told.facts.items():
        field = FACT_FIELDS[table]
        if getattr(scene, field) != value:
            done.append(f"{field} became {value}")
            scene = replace(scene, **{field: value})  # type: ignore[arg-type]  # fields that hold texts
    return scene


def _altered(scene: Scene, meant: list[Subject], told: Reader, done: list[str], wanted: Subject | None = None) -> Scene:
    """Give those who are meant what is said of them, before their noun or after it."""
    change = Change(
        color=(wanted.color if wanted else None) or next(iter(told.loose_colors), None),
        hair=wanted.hair if wanted else None,
        expression=(wanted.expression if wanted else None) or told.left_over.expression,
        wears=wanted.wears if wanted else (),
    )
    scale = wanted.scale if wanted and wanted.scale != 1.0 else told.left_over.scale
    if not change and scale == 1.0:
        return scene
    done.append(f"changed {meant[0].word}")
    return replace(
        scene, subjects=tuple(_changed(one, change, scale) if one in meant else one for one in scene.subjects)
    )


def _changed(subject: Subject, change: Change, scale: float) -> Subject:
    look = subject.look and redesigned(subject.look, change)
    return replace(subject, look=look, scale=subject.scale * scale, wears=(*subject.wears, *change.wears))


def _settled(scene: Scene) -> Scene:
    return replace(scene, snowy=scene.weather == "snow" or scene.place in SNOWY_PLACES)
