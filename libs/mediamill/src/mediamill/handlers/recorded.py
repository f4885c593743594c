"""What the journal holds of a step, as its function returned it."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


def as_returned(fn: Callable[..., T], recorded: Any) -> T:
    """Turn recorded JSON back into what its function returns, by its return annotation; without one it stays JSON."""
    return typing.cast("T", _adapter(fn).validate_python(recorded))


@functools.lru_cache(maxsize=256)
def _adapter_of(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _adapter(fn: Callable[..., Any]) -> TypeAdapter[Any]:
    while isinstance(fn, functools.partial):
        fn = fn.func
    try:
        return _adapter_of(typing.get_type_hints(fn).get("return", Any))
    except (NameError, TypeError):
        return _adapter_of(Any)
