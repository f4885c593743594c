"""Prose within its limits, and JSON that satisfies its schema or an error that says where it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mediamill.errors import Permanent
from mediamill_media.text.contract import Generate
from mediamill_media.text.handlers import generate
from mediamill_media.text.reading.sentences import count
from mediamill_testing.desk import DeskContext

SLEEP = (Path(__file__).parent / "briefs" / "sleep.md").read_text(encoding="utf-8")
PROMPT = (
    "Luna, a little silver robot, finds an old lantern in the forest. "
    "Her friend Pip, a brown owl, is afraid of the dark."
)

SATISFIABLE: dict[str, dict[str, Any]] = {
    "nested": {
        "type": "object",
        "required": ["title", "scenes"],
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string", "maxLength": 30},
            "scenes": {
                "type": "array",
                "minItems": 4,
                "items": {
                    "type": "object",
                    "required": ["text", "seconds", "mood"],
                    "properties": {
                        "text": {"type": "string", "minLength": 10},
                        "seconds": {"type": "number", "exclusiveMinimum": 2, "maximum": 8, "multipleOf": 0.5},
                        "mood": {"enum": ["calm", "happy"]},
                    },
                },
            },
        },
    },
    "unique": {"type": "array", "items": {"type": "string"}, "minItems": 6, "uniqueItems": True},
    "unique numbers": {"type": "array", "items": {"type": "integer", "minimum": 3}, "minItems": 5, "uniqueItems": True},
    "pattern": {
        "type": "object",
        "properties": {"sku": {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"}},
        "required": ["sku"],
    },
    "slug": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 12},
    "formats": {
        "type": "object",
        "properties": {"when": {"type": "string", "format": "date"}, "id": {"type": "string", "format": "uuid"}},
    },
    "nullable": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 7}]},
    "all of": {
        "allOf": [
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "boolean"}}, "required": ["b"]},
        ],
        "type": "object",
    },
    "tree": {
        "$defs": {
            "node": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
            }
        },
        "$ref": "#/$defs/node",
    },
    "types": {"type": ["null", "string"], "minLength": 200},
    "tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    "anything": {},
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "not a schema": ({"type": "strin"}, "not a JSON Schema"),
    "empty range": ({"type": "object", "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 4}}}, r"\$\.n"),
    "no value": ({"type": "object", "required": ["x"], "properties": {"x": False}}, r"satisfy.*\$"),
    "too many items": ({"type": "array", "minItems": 10**9}, "items at"),
    "remote reference": ({"$ref": "http://127.0.0.1:9/schema.json"}, "only references inside it"),
    "slow pattern": ({"type": "string", "pattern": "^(a+)+$"}, "too involved"),
    "endless reference": ({"$ref": "#"}, "without end"),
    "endless tree": ({"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#"}}}, "too much"),
    "contradiction": ({"type": "string", "enum": ["a"], "not": {"const": "a"}}, r"satisfy json_schema at \$"),
    "odd pattern": ({"type": "string", "pattern": "^(?=x)y$"}, "finds no string"),
    "dangling": ({"$ref": "#/$defs/none"}, "not in it"),
}


@pytest.mark.parametrize("name", sorted(SATISFIABLE))
def test_data_satisfies_the_schema(desk: DeskContext, name: str) -> None:
    schema = SATISFIABLE[name]

    made = generate(desk, Generate(prompt=PROMPT, json_schema=schema))

    jsonschema.Draft202012Validator(schema).validate(made.data)
    assert json.loads(made.text) == made.data
    assert made.method == "filled"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_satisfied_is_refused_with_its_path(desk: DeskContext, name: str) -> None:
    schema, says = REFUSED[name]

    with pytest.raises(Permanent, match=says):
        generate(desk, Generate(prompt=PROMPT, json_schema=schema))


def test_data_speaks_of_the_prompt(desk: DeskContext) -> None:
    schema = {
        "type": "object",
        "properties": {
            "character": {"type": "string"},
            "summary": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }

    data = generate(desk, Generate(prompt=PROMPT, json_schema=schema)).data

    assert data["character"] == "Luna"
    assert data["summary"].startswith("Luna, a little silver robot")
    assert set(data["tags"]) <= {word.strip(".,").lower() for word in PROMPT.split()}


@pytest.mark.parametrize("most", [1, 12, 50, 120, 400])
def test_a_long_text_is_condensed_to_its_own_sentences(desk: DeskContext, most: int) -> None:
    made = generate(desk, Generate(prompt=f"Summarise:\n\n{SLEEP}", max_words=most))

    assert 1 <= count(made.text) <= most
    assert made.method == "extracted"


def test_a_subject_is_written_about(desk: DeskContext) -> None:
    made = generate(desk, Generate(prompt="Write a story about a lighthouse keeper and her cat", max_words=150))

    assert made.method == "composed"
    assert "lighthouse keeper" in made.text
    assert 40 <= count(made.text) <= 150


def test_as_many_sentences_come_as_are_asked_for(desk: DeskContext) -> None:
    made = generate(desk, Generate(prompt="Three sentences about a brave little fox"))

    assert len([end for end in made.text if end in ".!?"]) == 3
