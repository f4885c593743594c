"""Arguments of fal's models → inputs of our kinds. What neither knows is refused by its name; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.compat.fal.sizes import frame_size, image_size
from mediamill.contracts import Ask
from mediamill.errors import InvalidInput
from mediamill.queues.registry import Kind

OTHER_NAMES = {"num_images": "n", "duration": "seconds", "image_size": "size"}
SIZED = ("aspect_ratio", "resolution")
ALREADY_SO: dict[str, tuple[Any, ...]] = {
    "sync_mode": (False,),
    "output_format": ("url", "png"),
    "enable_safety_checker": (False,),
}
"""Arguments that our kinds do not know, and the values that ask for what is done anyway."""

_URL, _URLS = "_url", "_urls"
_MOST_ERRORS = 100


class Media(NamedTuple):
    """URLs that are to become assets: for which field, under which argument."""

    field: str
    argument: str
    uris: list[str]
    is_list: bool


class Asked(NamedTuple):
    """What the arguments come to."""

    input: dict[str, Any]
    media: list[Media]
    names: dict[str, str]
    """Our field → the argument that it was read from, where they differ."""


class _Reader:
    def __init__(self, kind: Kind, arguments: Mapping[str, Any]) -> None:
        self.fields = _fields(kind.ask)
        self.arguments = arguments
        self.asked = Asked({}, [], {})
        self.wrong: list[tuple[list[str | int], str]] = []

    def read(self, name: str, value: Any) -> None:
        if name in self.fields:
            self._put(name, name, value)
        elif name in OTHER_NAMES and OTHER_NAMES[name] in self.fields:
            self._translate(OTHER_NAMES[name], name, value)
        elif name in SIZED and "size" in self.fields:
            self._frame(name)
        elif (field := self._media_field(name)) is not None:
            self._media(field, name, value)
        elif value is not None and not any(value is so or value == so for so in ALREADY_SO.get(name, ())):
            self._refuse(name, f"This model has no field {name!r}; it has: {', '.join(sorted(self.fields))}.")

    def _put(self, field: str, name: str, value: Any) -> None:
        if field in self.asked.input or any(media.field == field for media in self.asked.media):
            self._refuse(name, f"{self.asked.names.get(field, field)!r} says that already; give one of them.")
            return
        self.asked.input[field] = value
        if field != name:
            self.asked.names[field] = name

    def _translate(self, field: str, name: str, value: Any) -> None:
        if value is None:
            return
        try:
            self._put(field, name, image_size(value) if field == "size" else _seconds_or_number(value))
        except ValueError as error:
            self._refuse(name, f"It cannot be read: {error}.")

    def _frame(self, name: str) -> None:
        given = [argument for argument in SIZED if self.arguments.get(argument) is not None]
        if name != next(iter(given), None):
            return
        try:
            self._put("size", name, frame_size(*map(self.arguments.get, SIZED)))
        except ValueError as error:
            self._refuse(name, f"It cannot be read: {error}.")

    def _media_field(self, name: str) -> str | None:
        stem = name.removesuffix(_URLS) if name.endswith(_URLS) else name.removesuffix(_URL)
        if stem == name:
            return None
        candidates = (stem, f"{stem}s", *(("references",) if stem == "image" else ()))
        return next((field for field in candidates if field in self.fields), None)

    def _media(self, field: str, name: str, value: Any) -> None:
        if value is None:
            return
        uris = value if isinstance(value, list) else [value]
        if not uris or not all(isinstance(uri, str) for uri in uris):
            self._refuse(name, "It is a URL, a data URI, or a list of them.")
            return
        is_list = field not in {name.removesuffix(_URL), name.removesuffix(_URLS)}
        if not is_list and len(uris) > 1:
            self._refuse(name, "This model takes one.")
            return
        self._put(field, name, None)
        self.asked.media.append(Media(field, name, uris, is_list))

    def _refuse(self, name: str, why: str) -> None:
        self.wrong.append((["input", name], why))


def read_arguments(kind: Kind, arguments: Mapping[str, Any]) -> Asked:
    """Read the arguments of a request. Raises ``InvalidInput`` with each that the kind cannot take."""
    reader = _Reader(kind, arguments)
    for name, value in arguments.items():
        reader.read(name, value)
    if reader.wrong:
        raise InvalidInput(reader.wrong[0][1], errors=reader.wrong[:_MOST_ERRORS])
    return reader.asked


def in_their_words(asked: Asked, error: InvalidInput) -> InvalidInput:
    """Tell wrong fields by the names that the client used."""
    return InvalidInput(error.detail, errors=[(_renamed(asked, loc), msg) for loc, msg in error.errors])


def _renamed(asked: Asked, loc: list[str | int]) -> list[str | int]:
    if len(loc) > 1 and loc[0] == "input" and isinstance(loc[1], str):
        return ["input", asked.names.get(loc[1], loc[1]), *loc[2:]]
    return loc


def _fields(ask: type[Ask]) -> set[str]:
    return {field.alias or name for name, field in ask.model_fields.items()}


def _seconds_or_number(value: Any) -> Any:
    """Read ``5``, ``"5"`` and ``"5s"`` alike; anything else is for the contract to refuse."""
    if not isinstance(value, str):
        return value
    try:
        return float(value.strip().removesuffix("s"))
    except ValueError:
        raise ValueError("it is a number, of seconds where it is a duration") from None
