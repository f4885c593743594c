"""OpenAI is asked once per key, and what it answers becomes what the engine knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from openai import OpenAI as Client
from pydantic import SecretStr

from mediamill.clock import monotonic
from mediamill.errors import (
    JobError,
    Moderated,
    OutcomeUnknown,
    Permanent,
    ProviderDown,
    RateLimited,
    Transient,
)
from mediamill.settings import Settings
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import OpenAIServer
from mediamill_vendors.openai.made import Message
from mediamill_vendors.openai.schema import is_strict
from mediamill_vendors.openai.vendor import OpenAI, openai

ASK = [Message("system", "Be brief."), Message("user", "Tell of a fox.")]
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "scenes": {"type": "array", "items": {"$ref": "#/$defs/Scene"}}},
    "required": ["title", "scenes"],
    "additionalProperties": False,
    "$defs": {
        "Scene": {
            "type": "object",
            "properties": {"seconds": {"type": "integer"}},
            "required": ["seconds"],
            "additionalProperties": False,
        }
    },
}


def said(vendor: OpenAI, **facts: Any) -> str:
    return vendor.chat("gpt-4o-mini", ASK, key="job:0", **facts).words()


def test_the_vendor_of_the_tests_is_one_to_openais_own_client(openai_vendor: OpenAIServer) -> None:
    openai_vendor.catalogue["gpt-4o-mini"] = Product(says="A fox.")
    client = Client(api_key="test", base_url=f"{openai_vendor.url}/v1")

    chat = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "A fox?"}])
    drawn = client.images.generate(model="dall-e-3", prompt="a fox")
    spoken = client.audio.speech.create(model="tts-1", input="A fox.", voice="alloy", response_format="wav")

    assert chat.choices[0].message.content == "A fox."
    assert drawn.data is not None
    assert str(drawn.data[0].url).startswith(openai_vendor.url)
    assert spoken.content.startswith(b"RIFF")
    assert [model.id for model in client.models.list()] == ["gpt-4o-mini"]


def test_a_chat_gives_its_words_and_what_they_used(openai_vendor: OpenAIServer) -> None:
    openai_vendor.catalogue["gpt-4o-mini"] = Product(says="A fox went by the river.")

    answer = openai().chat("gpt-4o-mini", ASK, key="job:0")

    assert answer.words() == "A fox went by the river."
    assert (answer.tokens_in, answer.tokens_out) == (5, 6)
    assert openai_vendor.bill.keys() == ["job:0"]


def test_a_schema_is_sent_as_strict_where_it_is(openai_vendor: OpenAIServer) -> None:
    script = json.loads(said(openai(), schema=SCHEMA))
    said(openai(), schema=SCHEMA | {"required": ["title"]})

    assert script == {"title": "words", "scenes": [{"seconds": 1}]}
    asked = [sale.input["response_format"]["json_schema"]["strict"] for sale in openai_vendor.bill.sales()]
    assert asked == [True, False]


@pytest.mark.parametrize(
    ("changed", "is_taken"),
    [
        ({}, True),
        ({"additionalProperties": True}, False),
        ({"type": "array"}, False),
        ({"oneOf": [{}]}, False),
        ({"$defs": {"Scene": {"type": "object", "properties": {"seconds": {}}}}}, False),
    ],
)
def test_a_schema_is_strict_when_every_object_in_it_is(changed: dict[str, Any], is_taken: bool) -> None:
    assert is_strict(SCHEMA | changed) is is_taken


def test_an_answer_that_was_refused_or_cut_is_billed_before_it_is_found_out(openai_vendor: OpenAIServer) -> None:
    cut = openai().chat("gpt-4o-mini", ASK, key="job:0", schema=SCHEMA, most_tokens=1)
    openai_vendor.faults.failing = "I can't help with that."
    refused = openai().chat("gpt-4o-mini", ASK, key="job:1")

    with pytest.raises(Permanent, match="before its answer was whole"):
        cut.words()
    with pytest.raises(Moderated, match="can't help"):
        refused.words()
    assert cut.tokens_out > 0
    assert len(openai_vendor.bill.sales()) == 2


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-3"])
def test_pictures_come_as_bytes_whatever_the_model_calls_them(openai_vendor: OpenAIServer, model: str) -> None:
    drawn = openai().image(model, "a fox", n=2, size="64x32", key="job:0")

    assert [file[:8] for file in drawn.files] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert drawn.files[0] != drawn.files[1]
    assert ("response_format" in openai_vendor.bill.sales()[0].input) is (model == "dall-e-3")


def test_speech_comes_with_its_type_and_length(openai_vendor: OpenAIServer) -> None:
    spoken = openai().speech("tts-1", "A fox went by.", voice="alloy", format="wav", speed=1.5, key="job:0")

    assert (spoken.content[:4], spoken.media_type, spoken.characters) == (b"RIFF", "audio/wav", 14)
    assert openai_vendor.bill.sales()[0].input["speed"] == 1.5


def set_fault(name: str, value: Any = 1) -> Callable[[OpenAIServer], None]:
    def fault(server: OpenAIServer) -> None:
        setattr(server.faults, name, value)

    return fault


@pytest.mark.parametrize(
    ("fault", "error", "is_refusal", "sales"),
    [
        (set_fault("throttled"), RateLimited, True, 0),
        (set_fault("refused"), Permanent, True, 0),
        (set_fault("moderated"), Moderated, True, 0),
        (set_fault("penniless"), ProviderDown, True, 0),
        (set_fault("broken"), Transient, True, 0),
        (set_fault("away"), ProviderDown, True, 0),
        (set_fault("proxied"), ProviderDown, False, 0),
        (set_fault("garbled", value=True), Transient, False, 0),
        (set_fault("cut_sales"), Transient, False, 1),
        (set_fault("slow_s", 5), Transient, False, 1),
    ],
)
def test_a_refusal_says_whether_anything_may_have_been_bought(
    openai_vendor: OpenAIServer,
    fault: Callable[[OpenAIServer], None],
    error: type[JobError],
    is_refusal: bool,
    sales: int,
) -> None:
    fault(openai_vendor)
    began = monotonic()

    with pytest.raises(error) as raised:
        openai().image("gpt-image-1", "a fox", key="job:0", timeout_s=0.5)

    assert (type(raised.value), raised.value.is_refusal) == (error, is_refusal)
    assert (len(openai_vendor.bill.sales()), openai_vendor.api.asked) == (sales, {"POST images/generations": 1})
    assert monotonic() - began < 4


def test_a_vendor_that_is_too_busy_says_for_how_long(openai_vendor: OpenAIServer) -> None:
    openai_vendor.faults.throttled, openai_vendor.faults.retry_after_s = 1, 7

    with pytest.raises(RateLimited) as raised:
        said(openai())

    assert raised.value.retry_after_s == 7


def test_nobody_there_is_a_vendor_that_is_down_and_sold_nothing() -> None:
    nowhere = OpenAI(Settings(openai_base_url="http://127.0.0.1:9/v1", openai_api_key=SecretStr("test")))

    with pytest.raises(ProviderDown) as raised:
        said(nowhere)

    assert raised.value.is_refusal


def test_a_wrong_key_is_an_account_that_is_shut(openai_vendor: OpenAIServer) -> None:
    openai_vendor.api.token = "right"

    with pytest.raises(ProviderDown) as raised:
        said(openai())

    assert raised.value.is_refusal
    assert "test" not in str(raised.value)


def test_without_replays_nobody_can_tell_what_was_bought(openai_vendor: OpenAIServer) -> None:
    recover = openai().again(lambda key: openai().image("gpt-image-1", "a fox", key=key))

    with pytest.raises(OutcomeUnknown, match="job:0"):
        recover("job:0")
    assert openai_vendor.bill.sales() == []


def test_with_replays_the_same_call_gives_the_first_answer(openai_vendor: OpenAIServer) -> None:
    config = Settings(openai_base_url=f"{openai_vendor.url}/v1", openai_api_key=SecretStr("x"), openai_replays=True)
    vendor, openai_vendor.faults.replays = OpenAI(config), True
    openai_vendor.faults.cut_sales = 1

    def draw(key: str) -> bytes:
        return vendor.image("gpt-image-1", "a fox", key=key).files[0]

    with pytest.raises(Transient):
        draw("job:0")
    found = vendor.again(draw)("job:0")

    assert found.startswith(b"\x89PNG")
    assert len(openai_vendor.bill.sales()) == 1
