"""An instance that a JSON Schema allows: as small as it may be, the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIMPLE: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "null": None, "string": "words"}


def example(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """Make one; of what a model of texts would answer it has the shape and no more."""
    root = schema if root is None else root
    if "$ref" in schema:
        return example(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return example(schema["anyOf"][0], root)
    match schema.get("type"):
        case "object":
            return {name: example(part, root) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema.get("items", {}), root)] * max(1, schema.get("minItems", 1))
    return _simple(schema)


def _simple(schema: Mapping[str, Any]) -> Any:
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if allowed:
        return allowed[0]
    value = schema.get("minimum", SIMPLE[schema.get("type", "string")])
    return value.ljust(schema.get("minLength", 0), ".") if isinstance(value, str) else value
