"""Every vendor of texts is bought from as it must be: the compliance suite, on the real engine and vendor servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mediamill.queues.registry import discover, to_the_microdollar
from mediamill_media.text.contract import Script
from mediamill_media.text.providers.orders import Scripts
from mediamill_testing.exercising import DIRECT_TRIALS, TOLD_TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import OpenAIServer, VendorServer

MillOf = Callable[[str], Mill]
LLAMA, LUNA = "meta/meta-llama-3-70b-instruct", "gpt-6-luna"
SCRIPT = {"brief": "A fox finds a lantern", "scenes": 2}
TOLD = json.dumps(
    {
        "title": "The Lantern",
        "mood": "calm",
        "tone": "story",
        "cast": [],
        "scenes": [{"narration": "A fox finds it.", "image_prompt": "a fox", "characters": []}] * 2,
    }
)
every_told_trial = pytest.mark.parametrize("trial", TOLD_TRIALS, ids=name_of)
every_direct_trial = pytest.mark.parametrize("trial", DIRECT_TRIALS, ids=name_of)


@every_told_trial
def test_replicate_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer) -> None:
    kind = discover().kind("text.script")
    vendor.catalogue[LLAMA] = Product(price=kind.price(kind.read(SCRIPT), "replicate"), makes="text/plain", says=TOLD)

    exercise_provider(trial, Stand(mill_of("text"), vendor, "text.script", SCRIPT))


@every_direct_trial
def test_openai_complies_and_is_paid_by_the_tokens_that_it_tells(
    trial: Trial, mill_of: MillOf, openai_vendor: OpenAIServer
) -> None:
    order = Scripts().order(Script.model_validate(SCRIPT))
    read, written = len(order.system + order.prompt) // 4, len(TOLD) // 4
    price = to_the_microdollar((Decimal("0.0001") * read + Decimal("0.0005") * written) / 1000)
    openai_vendor.catalogue[LUNA] = Product(price=price, says=TOLD)

    exercise_provider(trial, Stand(mill_of("text"), openai_vendor, "text.script", SCRIPT))


def test_openai_is_sent_the_schema_and_the_answer_satisfies_it(mill_of: MillOf, openai_vendor: OpenAIServer) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "tags"],
        "properties": {"title": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
    }
    openai_vendor.catalogue[LUNA] = Product()

    job = Stand(mill_of("text"), openai_vendor, "text.generate", {"prompt": "a café", "json_schema": schema}).ended()

    sent = openai_vendor.bill.sales()[0].input["response_format"]["json_schema"]
    assert job.state == "succeeded", job.error
    assert (sent["schema"], sent["strict"]) == (schema, True)
    assert job.output["data"].keys() == {"title", "tags"}


def test_a_script_that_does_not_fit_is_asked_for_once_more_and_both_are_paid(
    mill_of: MillOf, vendor: VendorServer
) -> None:
    kind = discover().kind("text.script")
    price = kind.price(kind.read(SCRIPT), "replicate")
    vendor.catalogue[LLAMA] = Product(price=price, makes="text/plain", says='{"title": "no scenes"}')

    job = Stand(mill_of("text"), vendor, "text.script", SCRIPT).ended()

    first, second = vendor.bill.sales()
    assert (job.state, job.error["code"]) == ("failed", "permanent")
    assert "no scenes" in second.input["prompt"]
    assert "no scenes" not in first.input["prompt"]
    assert job.cost == vendor.bill.total() == 2 * price
