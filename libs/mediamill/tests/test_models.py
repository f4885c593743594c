"""Which model serves a kind, from when to when, and at what price."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from mediamill.queues.manifest import LOCAL, KindManifest
from mediamill.queues.registry import Kind, discover
from mediamill_testing.plugin import read_settings_anew

END = date(2026, 9, 24)
DAY = timedelta(days=1)
Set = Callable[[dict[str, Any]], None]

PUBLIC = "pubmed"  # open to everybody, without a key or a price


def listed(model: str, *, provider: str = "openai", price: str = "0.1", sunset: date | None = None) -> dict[str, Any]:
    return {"provider": provider, "model": model, "price": price, "sunset": sunset, "source": "https://vendor.example"}


def kind(*models: dict[str, Any], providers: tuple[str, ...] = (LOCAL, "openai", "fal")) -> Kind:
    facts = {"contract": "contract:Noop", "answer": "contract:Done", "summary": "Does nothing", "price": "0"}
    manifest = KindManifest.model_validate({**facts, "providers": providers, "models": models})
    return Kind("test.noop", "test", "mediamill_testing.queue", manifest)


@pytest.fixture
def set_models(monkeypatch: pytest.MonkeyPatch) -> Set:
    def put(models: dict[str, Any]) -> None:
        monkeypatch.setenv("MEDIAMILL_MODELS", json.dumps(models))
        read_settings_anew()

    return put


@pytest.fixture(autouse=True)
def _settings_of_others(monkeypatch: pytest.MonkeyPatch) -> Any:
    yield
    monkeypatch.undo()
    read_settings_anew()


def test_a_model_serves_until_the_day_of_its_sunset_and_its_successor_from_then_on() -> None:
    one = kind(listed("old", sunset=END), listed("new", price="0.2"))

    serving = [one.model("openai", day) for day in (END - DAY, END, END + DAY)]

    assert [model.model for model in serving if model is not None] == ["old", "new", "new"]
    assert not one.has_ended("openai", END)


def test_a_provider_whose_last_model_has_met_its_sunset_has_ended_and_serves_with_nothing() -> None:
    one = kind(listed("older", sunset=END - DAY), listed("old", sunset=END))

    assert [one.has_ended("openai", day) for day in (END - DAY, END)] == [False, True]
    assert one.model("openai", END) is None


def test_a_provider_without_models_serves_with_nothing_and_has_not_ended() -> None:
    assert kind(listed("new")).model(LOCAL, END) is None
    assert not kind(listed("new")).has_ended(LOCAL, END)


def test_a_price_is_that_of_the_model_by_the_unit_rounded_up_and_local_costs_nothing() -> None:
    one = kind(listed("dear", price="0.0000011"), listed("cheap", provider="fal", price="0.01"))
    ask = one.read({})

    assert one.price(ask, "openai") == Decimal("0.000002")
    assert one.price(ask, "fal") == Decimal("0.01")
    assert one.price(ask, LOCAL) == 0


def test_the_settings_name_another_listed_model_with_its_own_price_and_sunset(set_models: Set) -> None:
    set_models({"test.noop": {"openai": "other"}})
    one = kind(listed("usual"), listed("other", price="0.5", sunset=END))

    serving = one.model("openai", END - DAY)

    assert serving is not None
    assert (serving.model, serving.price) == ("other", Decimal("0.5"))
    assert one.model("openai", END) is None


def test_a_model_that_only_the_settings_know_is_counted_at_the_price_that_it_replaces(set_models: Set) -> None:
    set_models({"test.noop": {"openai": "mediamill/test-noop"}})
    one = kind(listed("old", price="0.3", sunset=END))

    serving = one.model("openai", END + DAY)

    assert serving is not None
    assert (serving.model, serving.price, serving.sunset) == ("mediamill/test-noop", Decimal("0.3"), None)
    assert not one.has_ended("openai", END + DAY)


def test_a_provider_that_has_ended_cannot_be_named_any_more_and_the_others_are_told() -> None:
    one = kind(listed("old", sunset=END), listed("new", provider="fal"))

    assert one.objection("fal") is one.objection(LOCAL) is None
    assert one.objection("openai") == "test.noop no longer has the provider 'openai'; there are: local, fal"
    assert one.objection("nobody") == "test.noop has no provider 'nobody'; there are: local, fal"


@pytest.mark.parametrize("stranger", ["replicate", LOCAL])
def test_a_model_of_a_provider_that_does_not_serve_the_kind_is_refused(stranger: str) -> None:
    with pytest.raises(ValidationError, match="which is none of"):
        kind(listed("new", provider=stranger))


def test_every_paid_provider_of_an_installed_kind_has_a_model_a_price_and_a_source() -> None:
    paid = [
        (kind.name, provider, [model for model in kind.manifest.models if model.provider == provider])
        for kind in discover().kinds.values()
        for provider in kind.manifest.providers
        if provider not in {LOCAL, PUBLIC} and kind.queue != "test"
    ]

    assert {name for name, _, _ in paid} >= {"text.generate", "image.generate", "video.generate", "audio.speech"}
    assert [where for *where, models in paid if not models] == []
    assert [m.model for *_, models in paid for m in models if m.price <= 0 or not m.source.startswith("https")] == []


def test_every_installed_kind_is_local_first_so_that_no_key_is_needed() -> None:
    firsts = {kind.name: kind.manifest.providers[0] for kind in discover().kinds.values() if kind.queue != "test"}

    assert {kind for kind, first in firsts.items() if first != LOCAL} == {"text.article"}
    assert firsts["text.article"] == PUBLIC


def test_openais_videos_have_ended_and_serve_nobody() -> None:
    video = discover().kind("video.generate")

    assert [video.has_ended("openai", day) for day in (END - DAY, END)] == [False, True]
