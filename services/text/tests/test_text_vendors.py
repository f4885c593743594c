"""What language models are told, and what is made of their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mediamill.errors import Permanent
from mediamill.queues.manifest import ModelManifest
from mediamill_media.text.contract import Generate, Script
from mediamill_media.text.providers.orders import SCRIPT_SCHEMA, Order, Prose, Scripts, Unfit
from mediamill_media.text.providers.talking import GENERATE, Talking
from mediamill_media.text.reading.sentences import count
from mediamill_testing.desk import DeskContext

SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}


def told(scenes: int, **facts: Any) -> dict[str, Any]:
    each = {
        "narration": "A fox runs over the hill.",
        "image_prompt": "a fox on a hill",
        "characters": ["Rusty", "Nobody"],
    }
    cast = [{"name": "Rusty", "description": "a small red fox"}]
    return {"title": "The Fox", "mood": "calm", "tone": "story", "cast": cast, "scenes": [each] * scenes, **facts}


class Parrot:
    """Says what it was taught, and remembers what it was told."""

    provider = "replicate"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.orders: list[Order] = []

    def say(self, ctx: object, entry: ModelManifest, order: Order) -> str:
        self.orders.append(order)
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "wrap", [str, "Sure! Here it is:\n{}".format, "```json\n{}\n```".format, "{} I hope that helps.".format]
)
def test_json_is_read_out_of_whatever_a_model_puts_around_it(wrap: Callable[[str], str]) -> None:
    read = Prose().read(Generate(prompt="a number", json_schema=SCHEMA), wrap('{"n": 7}'))

    assert (read.data, json.loads(read.text), read.method) == ({"n": 7}, {"n": 7}, "written")


@pytest.mark.parametrize("text", ['{"n": "seven"}', "{}", "seven", ""])
def test_a_value_that_does_not_satisfy_the_schema_does_not_fit(text: str) -> None:
    with pytest.raises(Unfit):
        Prose().read(Generate(prompt="a number", json_schema=SCHEMA), text)


def test_a_text_ends_with_the_last_sentence_for_which_there_is_room() -> None:
    said = "The fox ran away. It was cold outside. Nobody saw it again, or so they say."

    read = [Prose().read(Generate(prompt="a fox", max_words=most), said).text for most in (100, 9, 2)]

    assert read == [said, "The fox ran away. It was cold outside.", "The fox"]
    assert [count(text) <= most for text, most in zip(read, (100, 9, 2), strict=True)] == [True] * 3


def test_nobody_is_asked_for_a_value_of_a_schema_that_is_none() -> None:
    with pytest.raises(Permanent, match="not a JSON Schema"):
        Prose().order(Generate(prompt="a number", json_schema={"type": "nonsense"}))


def test_a_script_has_the_scenes_that_were_asked_for_and_only_characters_that_it_introduces() -> None:
    ask = Script(brief="A fox", scenes=3, seconds=30, style="flat")

    read = Scripts().read(ask, json.dumps(told(3)))

    assert (len(read.scenes), read.style, read.title) == (3, "flat", "The Fox")
    assert {scene.characters for scene in read.scenes} == {("Rusty",)}
    assert sum(scene.seconds for scene in read.scenes) == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("wrong", [told(2), told(3, mood="furious"), {"title": "x"}, []])
def test_a_script_that_is_not_what_was_asked_for_does_not_fit(wrong: Any) -> None:
    with pytest.raises(Unfit):
        Scripts().read(Script(brief="A fox", scenes=3), json.dumps(wrong))


def test_the_script_of_another_mediamill_is_read_as_it_is() -> None:
    ours = {**told(1), "style": "flat", "assets": []}
    ours["scenes"] = [{**ours["scenes"][0], "seconds": 4.0}]

    assert Scripts().read(Script(brief="A fox", scenes=1, style="night"), json.dumps(ours)).style == "night"


def test_every_object_of_the_scripts_schema_is_closed_so_that_vendors_keep_to_it() -> None:
    def objects(schema: Any) -> list[Any]:
        found = [schema] if isinstance(schema, dict) and schema.get("type") == "object" else []
        inner = [*schema.get("properties", {}).values(), schema.get("items")] if isinstance(schema, dict) else []
        return found + [one for part in inner if part for one in objects(part)]

    every = objects(SCRIPT_SCHEMA)

    assert len(every) == 3
    assert all(one["additionalProperties"] is False and one["required"] == [*one["properties"]] for one in every)


def test_an_answer_that_does_not_fit_is_sent_back_once_with_what_is_wrong(desk: DeskContext) -> None:
    parrot = Parrot("no json", '{"n": 3}')

    made = Talking(GENERATE, parrot, Prose()).serve(desk, Generate(prompt="a number", json_schema=SCHEMA))

    assert made.data == {"n": 3}
    assert "no json" in parrot.orders[1].complaint
    assert "It is no JSON." in parrot.orders[1].complaint


def test_a_second_answer_that_does_not_fit_ends_the_job(desk: DeskContext) -> None:
    parrot = Parrot("no json", "none either", "never asked")

    with pytest.raises(Permanent, match="asked twice"):
        Talking(GENERATE, parrot, Prose()).serve(desk, Generate(prompt="a number", json_schema=SCHEMA))

    assert parrot.answers == ["never asked"]


def test_units_are_thousands_of_tokens_and_grow_with_what_is_asked_for() -> None:
    small, large = Generate(prompt="a fox", max_words=50), Generate(prompt="a fox " * 1000, max_words=2000)

    assert Decimal("1.5") < small.units() < 2
    assert large.units() > small.units() + 3
    assert Script(brief="x", scenes=24).units() > Script(brief="x", scenes=1).units() + 4
