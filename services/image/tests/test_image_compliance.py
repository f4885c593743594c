"""Every vendor of pictures is bought from as it must be: the compliance suite, and what is particular to pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mediamill.handlers.handler import handler_of
from mediamill_media.image.contract import Generate
from mediamill_media.image.handlers import generate_here
from mediamill_testing.desk import DeskContext
from mediamill_testing.exercising import DIRECT_TRIALS, TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import FalServer, OpenAIServer, VendorServer

ASK = {"prompt": "a fox by a lake", "size": [640, 360], "seed": 7}
FLUX = Product(price=Decimal("0.003"), as_list=True)
GPT_IMAGE = Product(price=Decimal("0.02"), count="n")
MillOf = Callable[[str], Mill]
every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
every_direct_trial = pytest.mark.parametrize("trial", DIRECT_TRIALS, ids=name_of)


@every_trial
def test_replicate_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer) -> None:
    vendor.catalogue["black-forest-labs/flux-schnell"] = FLUX

    exercise_provider(trial, Stand(mill_of("image"), vendor, "image.generate", ASK, as_it_came=False))


@every_trial
def test_fal_complies(trial: Trial, mill_of: MillOf, fal_vendor: FalServer) -> None:
    fal_vendor.catalogue["fal-ai/flux/schnell"] = FLUX

    exercise_provider(trial, Stand(mill_of("image"), fal_vendor, "image.generate", ASK, as_it_came=False))


@every_direct_trial
def test_openai_complies(trial: Trial, mill_of: MillOf, openai_vendor: OpenAIServer) -> None:
    openai_vendor.catalogue["gpt-image-2.6-flare"] = GPT_IMAGE

    stand = Stand(mill_of("image"), openai_vendor, "image.generate", ASK, as_it_came=False)
    exercise_provider(trial, stand)


def test_each_of_three_pictures_is_bought_by_itself_with_its_own_seed(mill_of: MillOf, vendor: VendorServer) -> None:
    vendor.catalogue["black-forest-labs/flux-schnell"] = FLUX
    stand = Stand(mill_of("image"), vendor, "image.generate", {**ASK, "n": 3})

    job = stand.ended()

    assert job.state == "succeeded", job.error
    assert [sale.input["seed"] for sale in vendor.bill.sales()] == [7, 8, 9]
    assert [picture["seed"] for picture in job.output["pictures"]] == [7, 8, 9]
    assert [picture["layers"] for picture in job.output["pictures"]] == [None] * 3
    assert job.cost == vendor.bill.total() == Decimal("0.009")


def test_a_job_goes_on_with_the_model_that_it_began_with_whatever_is_set_meanwhile(
    mill_of: MillOf, vendor: VendorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.catalogue["black-forest-labs/flux-schnell"] = replace(FLUX, seconds=1)
    stand = Stand(mill_of("image"), vendor, "image.generate", ASK)
    job = stand.accept()
    stand.mill.work_until_idle()
    monkeypatch.setenv("MEDIAMILL_MODELS", '{"image.generate": {"replicate": "black-forest-labs/flux-dev"}}')
    read_settings_anew()

    state = stand.mill.work_until_ended(job)

    assert (state, [sale.model for sale in vendor.bill.sales()]) == ("succeeded", ["black-forest-labs/flux-schnell"])


def test_another_mediamill_is_asked_in_the_words_of_our_own_contract(
    mill_of: MillOf, vendor: VendorServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEDIAMILL_MODELS", '{"image.generate": {"replicate": "mediamill/image-generate"}}')
    read_settings_anew()
    Image.new("RGB", (640, 360), "blue").save(tmp_path / "blue.png")
    vendor.catalogue["mediamill/image-generate"] = replace(FLUX, file=str(tmp_path / "blue.png"))

    job = Stand(mill_of("image"), vendor, "image.generate", {**ASK, "style": "flat"}).ended()

    (sale,) = vendor.bill.sales()
    assert (job.state, job.cost) == ("succeeded", Decimal("0.003"))
    assert Generate.model_validate(sale.input) == Generate(**{**ASK, "style": "flat"})


def test_a_job_of_the_first_generation_takes_the_steps_that_it_took_before(desk: DeskContext) -> None:
    taken: list[str] = []

    class Noting(DeskContext):
        def step(self, name: str, fn: Any, *args: Any, **kwargs: Any) -> Any:
            taken.append(name)
            return desk.step(name, fn, *args, **kwargs)

    generate_here(Noting(desk.workdir), Generate(prompt="a fox", size=(64, 64), n=2))

    assert handler_of(Generate, 1) is generate_here
    assert taken == ["draw 0", "draw 1"]


def test_openai_draws_all_pictures_of_an_ask_at_once_in_the_size_asked_for(
    mill_of: MillOf, openai_vendor: OpenAIServer
) -> None:
    openai_vendor.catalogue["gpt-image-2.6-flare"] = GPT_IMAGE
    mill = mill_of("image")

    job = Stand(mill, openai_vendor, "image.generate", {**ASK, "n": 2}).ended()

    assert job.state == "succeeded", job.error
    assert [sale.input["size"] for sale in openai_vendor.bill.sales()] == ["1536x1024"]
    assert [(asset["width"], asset["height"]) for asset in job.output["assets"]] == [(640, 360)] * 2
    path = mill.store.path(job.output["assets"][0]["sha256"])
    assert Image.open(io.BytesIO(path.read_bytes())).size == (640, 360)


def test_a_picture_that_is_none_fails_the_job_with_what_was_paid_and_buys_no_other(
    mill_of: MillOf, openai_vendor: OpenAIServer
) -> None:
    openai_vendor.catalogue["gpt-image-2.6-flare"] = Product(
        price=Decimal("0.02"), makes="text/plain", says="no picture"
    )

    job = Stand(mill_of("image"), openai_vendor, "image.generate", ASK).ended()

    assert (job.state, job.error["code"]) == ("failed", "bad-media")
    assert job.cost == openai_vendor.bill.total() == Decimal("0.02")
