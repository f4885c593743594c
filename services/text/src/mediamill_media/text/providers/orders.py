"""What a language model is told to do, and what is made of its answer or said of its faults."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mediamill.contracts import Ask
from mediamill_media.text.contract import (
    CastMember,
    Generate,
    Generated,
    Mood,
    Scene,
    Script,
    Scripted,
    Tone,
)
from mediamill_media.text.reading.sentences import count, split
from mediamill_media.text.schemas.check import check_schema, first_fault
from mediamill_media.text.writing.script import lengths

A_contra = TypeVar("A_contra", bound=Ask, contravariant=True)
T_co = TypeVar("T_co", covariant=True)


class Unfit(Exception):
    """An answer is not what was asked for; what it says is told to the model."""


class Order(NamedTuple):
    """What is said to a model."""

    system: str
    prompt: str
    schema: Mapping[str, Any] | None
    ask: Ask
    """The ask itself, for whoever reads our own contract."""
    most_tokens: int
    complaint: str = ""
    """What was wrong with an answer before, together with that answer."""


class Task(Protocol[A_contra, T_co]):
    """A kind of text, as it is ordered and read."""

    def order(self, ask: A_contra) -> Order:
        """Give what is said to a model."""

    def read(self, ask: A_contra, text: str) -> T_co:
        """Make the answer of what it said. Raises ``Unfit``."""


class Prose:
    """``text.generate``: a text, or a value that satisfies a schema."""

    def order(self, ask: Generate) -> Order:
        """Tell what to write. Raises ``Permanent`` for a schema that is none: nobody is asked in vain."""
        tokens = 4000 + 3 * ask.max_words
        if ask.json_schema is None:
            system = f"You write what you are asked for, in at most {ask.max_words} words. Answer with the text alone."
            return Order(system, ask.prompt, None, ask, tokens)
        check_schema(ask.json_schema)
        system = "Answer with one JSON value that satisfies this JSON Schema, and with nothing else:\n"
        return Order(system + json.dumps(ask.json_schema), ask.prompt, ask.json_schema, ask, tokens + 4000)

    def read(self, ask: Generate, text: str) -> Generated:
        """Take the text up to its last whole sentence that may be there, or the value if it satisfies the schema."""
        if ask.json_schema is None:
            return Generated(text=_within(text.strip(), ask.max_words), method="written")
        data = parsed(text)
        fault = first_fault(ask.json_schema, data)
        if fault is not None:
            raise Unfit(f"It does not satisfy the schema at {fault}.")
        return Generated(text=json.dumps(data, ensure_ascii=False), data=data, method="written")


class ToldScene(BaseModel):
    """A scene as a model writes it."""

    model_config = ConfigDict(extra="ignore")

    narration: str = Field(min_length=1, max_length=1200)
    image_prompt: str = Field(min_length=1, max_length=4000)
    characters: list[str]


class Told(BaseModel):
    """A script as a model writes it; how long each scene stands is reckoned here."""

    model_config = ConfigDict(extra="ignore")

    title: str = Field(min_length=1)
    mood: Mood
    tone: Tone
    cast: list[CastMember]
    scenes: list[ToldScene]
    openings: list[ToldScene] = []


_TEXT: dict[str, Any] = {"type": "string"}


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of an object that has these properties, all of them and no others."""
    return {"type": "object", "additionalProperties": False, "required": [*properties], "properties": properties}


_SCENES = {
    "type": "array",
    "items": closed({"narration": _TEXT, "image_prompt": _TEXT, "characters": {"type": "array", "items": _TEXT}}),
}
_SCRIPT: dict[str, Any] = {
    "title": _TEXT,
    "mood": {"type": "string", "enum": ["calm", "adventure", "mystery", "happy", "science"]},
    "tone": {"type": "string", "enum": ["story", "ad", "explainer", "recap"]},
    "cast": {"type": "array", "items": closed({"name": _TEXT, "description": _TEXT})},
    "scenes": _SCENES,
}
SCRIPT_SCHEMA = closed(_SCRIPT)
"""Closed, and all of it required: vendors keep to such a schema."""

_DIRECTIONS = """\
You turn a brief into the script of a short film of exactly {scenes} scenes. Answer with one JSON value that satisfies
the JSON Schema below, and with nothing else.
- narration: what a voice reads, plain words without marks or links, {words} in each scene.
- image_prompt: the picture that is seen meanwhile: who, doing what, where, time of day, weather. No text in pictures.
- cast: at most four characters who appear, each with one sentence on how they look; scenes name them by the same names.
- Facts come from the brief; invent none.
"""
_OPENINGS = """\
- openings: {openings} other first scenes, each with another idea to catch the eye. Any of them takes the place of the
  first scene, so each leads on to the second.
"""
_WORDS_A_SECOND = 2.4


class Scripts:
    """``text.script``: a script, scene by scene."""

    def order(self, ask: Script) -> Order:
        """Tell what the film is about."""
        words = "15 to 30 words"
        if ask.seconds is not None:
            words = f"about {max(4, round(ask.seconds * _WORDS_A_SECOND / ask.scenes))} words"
        schema = closed({**_SCRIPT, "openings": _SCENES}) if ask.openings else SCRIPT_SCHEMA
        said = _DIRECTIONS.format(scenes=ask.scenes, words=words) + "".join(_wishes(ask))
        system = f"{said}JSON Schema:\n{json.dumps(schema)}"
        return Order(system, ask.brief, schema, ask, 4000 + 400 * (ask.scenes + ask.openings))

    def read(self, ask: Script, text: str) -> Scripted:
        """Take the script if it has the scenes that were asked for; characters that nobody introduced are left out."""
        try:
            told = Told.model_validate(parsed(text))
        except ValidationError as error:
            first = error.errors()[0]
            raise Unfit(f"It is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
        if len(told.scenes) != ask.scenes:
            raise Unfit(f"It has {len(told.scenes)} scenes; {ask.scenes} were asked for.")
        if len(told.openings) != ask.openings:
            raise Unfit(f"It has {len(told.openings)} openings; {ask.openings} were asked for.")
        cast = told.cast[:4]
        names = {member.name for member in cast}
        return Scripted(
            title=told.title[:120],
            mood=told.mood,
            style=ask.style,
            tone=ask.tone or told.tone,
            cast=tuple(cast),
            scenes=_scenes(told.scenes, names, ask.seconds),
            openings=_scenes(told.openings, names, None),
        )


def _wishes(ask: Script) -> Iterator[str]:
    if ask.tone is not None:
        yield f"- It is of the tone {ask.tone!r}.\n"
    if ask.voice is not None:
        yield f"- The narration speaks like this: {' '.join(ask.voice.split())}\n"
    if ask.openings:
        yield _OPENINGS.format(openings=ask.openings)


def _scenes(told: list[ToldScene], names: set[str], seconds: float | None) -> tuple[Scene, ...]:
    """Give scenes with the time that their words need, and without characters that nobody introduced."""
    each = lengths([count(scene.narration) for scene in told], seconds)
    return tuple(
        Scene(
            narration=scene.narration,
            image_prompt=scene.image_prompt,
            seconds=length,
            characters=tuple(name for name in scene.characters if name in names),
        )
        for scene, length in zip(told, each, strict=True)
    )


def parsed(text: str) -> Any:
    """Read JSON, also where a model put it into a fence or words around it. Raises ``Unfit``."""
    begin = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=0)
    for candidate in (text, text[begin : max(text.rfind("}"), text.rfind("]")) + 1]):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    raise Unfit("It is no JSON.")


def _within(text: str, most: int) -> str:
    """Give as many whole sentences as so many words allow, or so many words of the first."""
    if count(text) <= most:
        return text
    kept: list[str] = []
    for sentence in split(text):
        if count(" ".join([*kept, sentence])) > most:
            break
        kept.append(sentence)
    words = text.split()
    while not kept and count(" ".join(words)) > most:
        words.pop()
    return " ".join(kept or words)
