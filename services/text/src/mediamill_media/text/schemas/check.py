"""Whether a JSON Schema is one, and whether a value satisfies it."""

from __future__ import annotations

from typing import Any

import jsonschema
import referencing
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable

from mediamill.errors import Permanent


def check_schema(schema: dict[str, Any]) -> None:
    """Raise ``Permanent`` with the path of what is no JSON Schema."""
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise Permanent(f"json_schema is not a JSON Schema at {_path(error)}: {error.message[:200]}") from None
    except RecursionError:
        raise Permanent("json_schema is nested too deeply") from None


def first_fault(schema: dict[str, Any], value: Any) -> str | None:
    """Give where and why a value does not satisfy a schema. Raises ``Permanent`` when no value could."""
    # An empty registry: the library's own would fetch remote references over the network.
    validator = jsonschema.Draft202012Validator(schema, registry=referencing.Registry())
    try:
        error: ValidationError | None = next(validator.iter_errors(value), None)
    except Unresolvable as unknown:
        raise Permanent(f"json_schema refers to {str(unknown.ref)[:120]!r}, which is not in it") from None
    except RecursionError:
        raise Permanent("json_schema refers to itself without end") from None
    return None if error is None else f"{_path(error)}: {error.message[:200]}"


def _path(error: ValidationError | SchemaError) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
