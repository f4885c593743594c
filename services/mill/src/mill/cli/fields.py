"""A job's input from the command line: a JSON file, and fields that are put on top of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mill.errors import WrongUse

STDIN = "-"


def read_input(source: str | None) -> dict[str, Any]:
    """Read a JSON object from a file or from stdin."""
    if source is None:
        return {}
    try:
        text = sys.stdin.read() if source == STDIN else Path(source).read_text()
        value = json.loads(text)
    except OSError as error:
        raise WrongUse(f"{source} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongUse(f"{source} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise WrongUse(f"{source} holds {type(value).__name__}, but an input is a JSON object.")
    return value


def put_fields(given: dict[str, Any], fields: Sequence[str], upload: Callable[[Path], str]) -> dict[str, Any]:
    """Put ``name=value`` fields into an input; ``a.b=1`` goes into an object, ``name=@file`` uploads and gives the id.

    A value that reads as JSON is that; anything else is text. Text that looks like JSON is written as JSON: ``'"5"'``.
    """
    for field in fields:
        name, separator, text = field.partition("=")
        if not separator or not name:
            raise WrongUse(f"{field!r} is no field; write name=value.")
        _put(given, name.split("."), _value(text, upload))
    return given


def pairs(items: Sequence[str], option: str) -> dict[str, str]:
    """Read ``name=value`` items of an option."""
    found = {}
    for item in items:
        name, separator, value = item.partition("=")
        if not separator or not name:
            raise WrongUse(f"{option} {item!r} must be name=value.")
        found[name] = value
    return found


def _value(text: str, upload: Callable[[Path], str]) -> Any:
    if text.startswith("@"):
        path = Path(text[1:])
        if not path.is_file():
            raise WrongUse(f"There is no file {path} to upload.")
        return upload(path)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _put(target: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        inner = target.setdefault(name, {})
        if not isinstance(inner, dict):
            raise WrongUse(f"{'.'.join(names)}: {name} holds no object.")
        target = inner
    target[names[-1]] = value
