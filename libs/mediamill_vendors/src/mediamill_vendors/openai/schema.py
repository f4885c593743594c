"""Whether OpenAI takes a JSON Schema as a promise: its strict mode knows a part of the language only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_UNKNOWN = frozenset({"allOf", "not", "if", "then", "else", "oneOf", "patternProperties", "default"})


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema may be sent as strict: every object is closed and needs all that it may hold."""
    return schema.get("type") == "object" and _is_known(schema)


def _is_known(schema: Any) -> bool:
    if isinstance(schema, Sequence) and not isinstance(schema, str):
        return all(_is_known(part) for part in schema)
    if not isinstance(schema, Mapping):
        return True
    if _UNKNOWN & schema.keys():
        return False
    if schema.get("type") == "object" and not _is_closed(schema):
        return False
    named = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    return _is_known(named) and _is_known(schema.get("items")) and _is_known(schema.get("anyOf", []))


def _is_closed(schema: Mapping[str, Any]) -> bool:
    properties = schema.get("properties", {})
    return schema.get("additionalProperties") is False and set(schema.get("required", [])) == set(properties)
