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


@pytest.fixture
def edit_of(mill_of: MillOf) -> Callable[..., Stand]:
    """Give a stand for changing a photograph, of which a mask gives the right half free."""

    def stand(server: VendorServer | FalServer | OpenAIServer, model: str, price: str, **facts: Any) -> Stand:
        is_list, count = server.vendor != "openai", facts.pop("count", "")
        server.catalogue[model] = Product(price=Decimal(price), as_list=is_list, count=count)
        mill = mill_of("image")
        mask = Image.new("L", (320, 180), 0)
        mask.paste(255, (160, 0, 320, 180))
        images = [mill.give(png(Image.new("RGB", (320, 180), color)), "image/png") for color in ("red", "blue")]
        ask = {"images": images, "mask": mill.give(png(mask), "image/png"), "prompt": "a calm sea", **facts}
        return Stand(mill, server, "image.edit", ask, as_it_came=False)

    return stand


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@every_trial
def test_replicates_edits_comply(trial: Trial, edit_of: Callable[..., Stand], vendor: VendorServer) -> None:
    exercise_provider(trial, edit_of(vendor, "black-forest-labs/flux-kontext-pro", "0.04"))


@every_trial
def test_fals_edits_comply(trial: Trial, edit_of: Callable[..., Stand], fal_vendor: FalServer) -> None:
    exercise_provider(trial, edit_of(fal_vendor, "fal-ai/flux-pro/kontext", "0.04"))


@every_direct_trial
def test_openais_edits_comply(trial: Trial, edit_of: Callable[..., Stand], openai_vendor: OpenAIServer) -> None:
    exercise_provider(trial, edit_of(openai_vendor, "gpt-image-2.6-flare", "0.03"))


def test_openai_is_sent_all_pictures_and_the_mask_and_what_may_not_change_comes_back_as_it_was(
    edit_of: Callable[..., Stand], openai_vendor: OpenAIServer
) -> None:
    stand = edit_of(openai_vendor, "gpt-image-2.6-flare", "0.03", n=2, count="n", style="flat", strength=0.2)

    job = stand.ended()

    (sale,) = openai_vendor.bill.sales()
    first = Image.open(stand.mill.store.path(job.output["assets"][0]["sha256"]))
    assert job.state == "succeeded", job.error
    assert (len(sale.input["image"]), len(sale.input["mask"]), sale.input["n"]) == (2, 1, 2)
    assert sale.input["prompt"].startswith("a calm sea. The picture is a flat vector illustration")
    assert "as little as possible" in sale.input["prompt"]
    assert [first.size, first.getpixel((20, 90)), len(job.output["pictures"])] == [(320, 180), (255, 0, 0), 2]
    assert first.getpixel((300, 90)) != (255, 0, 0)
    assert job.cost == openai_vendor.bill.total() == Decimal("0.06")


def test_another_mediamill_is_sent_a_change_in_the_words_of_our_own_contract(
    edit_of: Callable[..., Stand], vendor: VendorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAMILL_MODELS", '{"image.edit": {"replicate": "mediamill/image-edit"}}')
    read_settings_anew()

    job = edit_of(vendor, "mediamill/image-edit", "0.04", seed=7).ended()

    (sale,) = vendor.bill.sales()
    assert job.state == "succeeded", job.error
    assert {name: sale.input[name] for name in ("prompt", "n", "seed")} == {"prompt": "a calm sea", "n": 1, "seed": 7}
    assert [uri.partition(";")[0] for uri in (*sale.input["images"], sale.input["mask"])] == ["data:image/png"] * 3


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
