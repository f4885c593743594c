"""Fills a JSON Schema with a prompt's words, so that what comes out satisfies it."""

from __future__ import annotations

import math
import random
from typing import Any

from mediamill.errors import Permanent
from mediamill_media.text.reading.brief import Brief
from mediamill_media.text.schemas.check import check_schema, first_fault
from mediamill_media.text.schemas.strings import Words, check_pattern, string

DEEPEST = 12
MOST_ITEMS = 200
MOST_VALUES = 4000
_KEYWORDS = {
    "object": ("properties", "required", "additionalProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
JsonSchema = dict[str, Any] | bool


def fill(schema: dict[str, Any], brief: Brief, chance: random.Random) -> Any:
    """Give a value that satisfies ``schema``. Raises ``Permanent`` with the path of what cannot be satisfied."""
    check_schema(schema)
    _check_patterns(schema, "$", 0)
    value = _Filler(schema, Words(brief, chance), chance).value(schema, "", "$", 0)
    fault = first_fault(schema, value)
    if fault is not None:
        raise Permanent(f"the local writer cannot satisfy json_schema at {fault}")
    return value


def _check_patterns(node: Any, path: str, depth: int) -> None:
    if depth > 4 * DEEPEST:
        raise Permanent(f"json_schema is nested too deeply at {path[:200]}")
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            check_pattern(node["pattern"], path)
        if isinstance(node.get("patternProperties"), dict):
            for pattern in node["patternProperties"]:
                check_pattern(pattern, f"{path}.patternProperties")
        for key, inner in node.items():
            _check_patterns(inner, f"{path}.{key}", depth + 1)
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            _check_patterns(inner, f"{path}[{number}]", depth + 1)


class _Filler:
    """One filling; counts values so that a schema cannot ask for without end."""

    def __init__(self, root: dict[str, Any], words: Words, chance: random.Random) -> None:
        self._root, self._words, self._chance = root, words, chance
        self._made = 0

    def value(self, schema: JsonSchema, name: str, path: str, depth: int) -> Any:
        """Give a value for a schema in whose property of this name it stands."""
        self._made += 1
        if depth > DEEPEST or self._made > MOST_VALUES:
            raise Permanent(f"json_schema asks for too much at {path}")
        if schema is False:
            raise Permanent(f"json_schema allows no value at {path}")
        if schema is True or not schema:
            return self._words.for_name(name)
        schema = self._whole(schema, path, depth)
        for fixed in ("const", "default"):
            if fixed in schema:
                return schema[fixed]
        if schema.get("enum"):
            return self._chance.choice(schema["enum"])
        return self._by_type(schema, name, path, depth)

    def _by_type(self, schema: dict[str, Any], name: str, path: str, depth: int) -> Any:
        kind = _type_of(schema)
        if kind == "object":
            return self._object(schema, path, depth)
        if kind == "array":
            return self._array(schema, name, path, depth)
        if kind in {"integer", "number"}:
            return _number(schema, path, whole=kind == "integer")
        if kind == "boolean":
            return True
        return None if kind == "null" else string(schema, name, self._words, self._chance, path)

    def _whole(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        """Merge in references, ``allOf``, and the first alternative of ``anyOf`` and ``oneOf``."""
        for _ in range(DEEPEST):
            merged = {key: value for key, value in schema.items() if key not in {"$ref", "allOf", "anyOf", "oneOf"}}
            parts: list[JsonSchema] = [self._resolved(schema["$ref"], path)] if "$ref" in schema else []
            parts += schema.get("allOf", [])
            parts += [_likeliest(schema[key]) for key in ("anyOf", "oneOf") if schema.get(key)]
            if not parts:
                return schema
            for part in parts:
                merged = _merged(merged, part, path)
            schema = merged
        raise Permanent(f"json_schema refers to itself without end at {path}")

    def _resolved(self, reference: str, path: str) -> JsonSchema:
        if not reference.startswith("#"):
            raise Permanent(
                f"json_schema refers to {reference[:120]!r} at {path}; only references inside it are followed"
            )
        node: Any = self._root
        for part in reference.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            node = (
                node.get(key)
                if isinstance(node, dict)
                else node[int(key)]
                if isinstance(node, list) and key.isdigit()
                else None
            )
            if node is None:
                raise Permanent(f"json_schema refers to {reference[:120]!r} at {path}, which is not in it")
        return node  # type: ignore[no-any-return]

    def _object(self, schema: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        # Optional parts are left out deep down, so that a schema of trees comes to an end.
        wanted = [key for key in properties if key in required or depth < DEEPEST // 3] + [
            key for key in required if key not in properties
        ]
        other = schema.get("additionalProperties", True)
        made = {
            key: self.value(properties.get(key, other), key, f"{path}.{key}", depth + 1)
            for key in dict.fromkeys(wanted)
            if properties.get(key) is not False
        }
        for number in range(int(schema.get("minProperties", 0)) - len(made)):
            if number >= MOST_ITEMS:
                raise Permanent(f"json_schema asks for too many properties at {path}")
            made[f"item_{number + 1}"] = self.value(other, "", f"{path}.item_{number + 1}", depth + 1)
        return made

    def _array(self, schema: dict[str, Any], name: str, path: str, depth: int) -> list[Any]:
        fixed, rest = schema.get("prefixItems", []), schema.get("items", schema.get("contains", True))
        least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", MOST_ITEMS))
        if least > MOST_ITEMS:
            raise Permanent(f"json_schema asks for {least} items at {path}; the most is {MOST_ITEMS}")
        size = min(
            most,
            max(least, len(fixed), int("contains" in schema), 3 if rest is not False and depth < DEEPEST // 3 else 0),
        )
        made: list[Any] = []
        for number in range(size):
            inner = fixed[number] if number < len(fixed) else rest
            made.append(
                self._another(inner, name, f"{path}[{number}]", depth, made if schema.get("uniqueItems") else [])
            )
        return [item for item in made if item is not _NOTHING]

    def _another(self, schema: JsonSchema, name: str, path: str, depth: int, taken: list[Any]) -> Any:
        """Give a value unlike those that are taken; an ``enum`` may run out, and then there is none."""
        value = self.value(schema, name, path, depth + 1)
        for attempt in range(40):
            if value not in taken:
                return value
            value = self.value(schema, name, path, depth + 1)
            if isinstance(value, int | float) and not isinstance(value, bool):
                value += attempt + 1
            elif (
                isinstance(value, str)
                and isinstance(schema, dict)
                and not {"enum", "const", "pattern", "format"} & set(schema)
            ):
                value = f"{value} {attempt + 2}"
        return _NOTHING


_NOTHING = object()


def _type_of(schema: dict[str, Any]) -> str:
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return next((kind for kind in kinds if kind != "null"), "null")
    if isinstance(kinds, str):
        return kinds
    return next((kind for kind, keys in _KEYWORDS.items() if any(key in schema for key in keys)), "string")


def _likeliest(choices: list[JsonSchema]) -> JsonSchema:
    """Take the first alternative that is not null."""
    return next(
        (choice for choice in choices if not (isinstance(choice, dict) and choice.get("type") == "null")), choices[0]
    )


def _merged(left: dict[str, Any], right: JsonSchema, path: str) -> dict[str, Any]:
    if right is True:
        return left
    if right is False:
        raise Permanent(f"json_schema allows no value at {path}")
    merged = {**left, **right}
    for key in ("properties", "$defs"):
        if key in left and key in right:
            merged[key] = {**left[key], **right[key]}
    if "required" in left and "required" in right:
        merged["required"] = [*left["required"], *right["required"]]
    return merged


def _number(schema: dict[str, Any], path: str, *, whole: bool) -> float:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    step = schema.get("multipleOf", 1 if whole else 0)
    nudge = step or 1e-3
    low = max(low, schema["exclusiveMinimum"] + nudge) if "exclusiveMinimum" in schema else low
    high = min(high, schema["exclusiveMaximum"] - nudge) if "exclusiveMaximum" in schema else high
    value = min(max(1, low), high)
    if step:
        value = math.ceil(value / step) * step
    if value > high:
        value = math.floor(high / step) * step if step else high
    if value < low or value > high:
        raise Permanent(f"json_schema allows no number at {path}")
    return int(value) if whole or float(value).is_integer() else float(value)
