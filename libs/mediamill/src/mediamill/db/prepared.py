"""Statements that are built once: building one costs more than running it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Executable,
    Float,
    Integer,
    Text,
    Uuid,
    bindparam,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

P = ParamSpec("P")
T = TypeVar("T")

TYPES: dict[object, TypeEngine[Any]] = {
    UUID: Uuid(),
    bool: Boolean(),
    int: Integer(),
    float: Float(),
    str: Text(),
    datetime: DateTime(timezone=True),
    dict: JSONB(),
}
"""How the types of arguments are told to the database; a dict is JSON."""


class Prepared(NamedTuple):
    """A statement and the values of this call: ``connection.execute(*prepared)``."""

    clause: Executable
    values: dict[str, Any]


def parameter(value: T) -> ColumnElement[T]:
    """Name an argument of a prepared function what it is there: a parameter, to compare and to write."""
    return cast("ColumnElement[T]", value)


def prepared(**types: type) -> Callable[[Callable[P, Executable]], Callable[P, Prepared]]:
    """Build the decorated function's statement once, with a parameter for each argument, and only fill that in later.

    ``types`` names the type of each argument, as in ``TYPES``. The function sees parameters instead of values, so it
    may compare and write them but not look at them.
    """

    def decorate(build: Callable[P, Executable]) -> Callable[P, Prepared]:
        signature = inspect.signature(build)
        if set(signature.parameters) != set(types):
            raise TypeError(f"{build.__name__} takes {list(signature.parameters)}, types are given of {list(types)}")

        @functools.cache
        def clause() -> Executable:
            arguments: dict[str, BindParameter[Any]] = {
                name: bindparam(f"p_{name}", type_=TYPES[type_], required=False) for name, type_ in types.items()
            }
            return build(**arguments)  # type: ignore[call-arg,arg-type]  # parameters stand for the values

        @functools.wraps(build)
        def fill(*args: P.args, **kwargs: P.kwargs) -> Prepared:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return Prepared(clause(), {f"p_{name}": value for name, value in bound.arguments.items()})

        return fill

    return decorate
