"""What scripts for Replicate send as an input, in the words of our kinds."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.compat.replicate.mapping import our_input
from gateway.compat.replicate.schemas import output_schema, version
from mediamill.errors import InvalidInput
from mediamill.queues.registry import registry
from mediamill.webhooks.replicate import output


@pytest.mark.parametrize(
    ("kind", "given", "ours"),
    [
        ("image.generate", {"prompt": "a fox", "num_outputs": 2, "seed": None}, {"prompt": "a fox", "n": 2}),
        ("image.generate", {"aspect_ratio": "16:9"}, {"size": [1280, 720]}),
        ("image.generate", {"aspect_ratio": "1:1"}, {"size": [960, 960]}),
        ("image.generate", {"aspect_ratio": "1:1", "size": "512x512"}, {"size": "512x512"}),
        ("image.generate", {"width": 512, "height": 768}, {"size": [512, 768]}),
        ("image.generate", {"width": 512}, {"size": [512, 720]}),
        ("image.generate", {"image": "an id"}, {"references": ["an id"]}),
        ("image.generate", {"go_fast": True, "output_format": "webp", "num_inference_steps": 4}, {}),
        ("video.generate", {"aspect_ratio": "9:16", "resolution": "1080p"}, {"size": [1080, 1920]}),
        ("video.generate", {"start_image": "an id", "duration": 5}, {"image": "an id", "seconds": 5}),
        ("audio.speech", {"prompt": "Hello.", "output_format": "mp3"}, {"text": "Hello.", "format": "mp3"}),
        ("flow.film", {"prompt": "A shy robot"}, {"brief": "A shy robot"}),
        ("text.generate", {"prompt": "hi", "max_tokens": 100, "top_p": 0.9}, {"prompt": "hi", "max_words": 75}),
    ],
)
def test_usual_names_are_read(kind: str, given: dict[str, Any], ours: dict[str, Any]) -> None:
    assert our_input(registry().kind(kind), given) == ours


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"prompt": "a", "mask": "an id"}, "mask"),
        ({"prompt": "a", "negative_prompt": "b"}, "negative_prompt"),
        ({"aspect_ratio": "wide"}, "aspect_ratio"),
        ({"aspect_ratio": "0:1"}, "aspect_ratio"),
        ({"resolution": "9p"}, "resolution"),
    ],
)
def test_what_is_unknown_is_refused_by_its_name(given: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        our_input(registry().kind("image.generate"), given)

    assert [loc for loc, _ in caught.value.errors] == [["input", name]]


def test_pictures_are_a_list_other_files_one_url_and_texts_a_text() -> None:
    picture = {"media_type": "image/png", "url": "u"}
    layers = {"media_type": "application/x-mediamill-layers", "url": "l"}

    assert output("image", {"assets": [picture, layers, picture]}) == ["u", "u"]
    assert output("video", {"assets": [{"media_type": "video/mp4", "url": "v"}]}) == "v"
    assert output("text", {"text": "hello", "method": "composed"}) == "hello"
    assert output("text", {"title": "T"}) == {"title": "T"}
    assert output("test", {"assets": []}) is None


def test_every_kind_has_a_version_whose_references_hold() -> None:
    types = {}
    for kind in registry().kinds.values():
        schemas = version(kind).openapi_schema["components"]["schemas"]
        assert set(references(schemas)) <= set(schemas)
        types[kind.name] = output_schema(kind).get("type")

    assert types["image.generate"] == "array"
    assert types["video.generate"] == types["text.generate"] == "string"
    assert types["text.script"] == "object"


def references(schema: Any) -> list[str]:
    match schema:
        case {"$ref": str(path)}:
            return [path.rpartition("/")[2]]
        case dict():
            return [name for part in schema.values() for name in references(part)]
        case list():
            return [name for part in schema for name in references(part)]
        case _:
            return []
