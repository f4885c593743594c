"""Kinds that change pictures and hear recordings are asked for in the words that are usual on other services."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.compat.fal.inputs import read_arguments
from gateway.compat.replicate.mapping import our_input
from gateway.compat.replicate.schemas import output_schema
from mediamill.queues.registry import discover
from mediamill.webhooks.replicate import output

KINDS = discover()
FILE = "https://example.com/file"


@pytest.mark.parametrize(
    ("kind", "given", "ours"),
    [
        (
            "image.edit",
            {"input_image": FILE, "prompt": "bluer", "num_outputs": 2, "go_fast": True},
            {"images": [FILE], "prompt": "bluer", "n": 2},
        ),
        (
            "image.edit",
            {"image": FILE, "mask_image": FILE, "strength": 0.4},
            {"images": [FILE], "mask": FILE, "strength": 0.4},
        ),
        ("audio.transcribe", {"audio": FILE, "language": "en"}, {"audio": FILE, "language": "en"}),
    ],
)
def test_inputs_that_are_usual_on_replicate_are_ours(kind: str, given: dict[str, Any], ours: dict[str, Any]) -> None:
    assert our_input(KINDS.kind(kind), given) == ours


@pytest.mark.parametrize(
    ("kind", "given", "files"),
    [
        ("image.edit", {"image_url": FILE, "mask_url": FILE, "prompt": "bluer"}, {"images", "mask"}),
        ("image.edit", {"image_urls": [FILE, FILE], "num_images": 2, "image_size": "square"}, {"images"}),
        ("audio.transcribe", {"audio_url": FILE, "hint": "Luna"}, {"audio"}),
    ],
)
def test_arguments_that_are_usual_at_fal_are_ours(kind: str, given: dict[str, Any], files: set[str]) -> None:
    asked = read_arguments(KINDS.kind(kind), given)

    assert {media.field for media in asked.media} == files
    assert {uri for media in asked.media for uri in media.uris} == {FILE}


def test_a_transcript_is_told_with_its_times_and_a_text_as_a_text() -> None:
    heard = {"text": "A fox.", "words": [{"text": "A"}], "language": "en"}

    assert output("audio", heard) == heard
    assert output("text", {"text": "A fox.", "data": None}) == "A fox."
    assert output_schema(KINDS.kind("audio.transcribe"))["properties"].keys() >= {"text", "words", "sentences"}
    assert output_schema(KINDS.kind("text.generate"))["type"] == "string"
