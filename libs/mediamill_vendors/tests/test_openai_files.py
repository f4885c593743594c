"""Calls that send files to OpenAI: pictures to be changed, recordings to be written down."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from openai import OpenAI as Client

from mediamill.errors import JobError, OutcomeUnknown, Permanent, Transient
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.media import png, wav
from mediamill_testing.vendor.server import OpenAIServer
from mediamill_vendors.openai.vendor import openai

SAID = "A fox, at last."


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "fox.upload"
    path.write_bytes(png(64, 48))
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "fox.upload"
    path.write_bytes(wav(0.5))
    return path


def edited(picture: Path, **facts: object) -> object:
    return openai().edit("gpt-image-2.6-flare", [picture], "bluer", key="job:0", **facts)  # type: ignore[arg-type]


def test_the_vendor_of_the_tests_takes_the_files_of_openais_own_client(openai_vendor: OpenAIServer) -> None:
    openai_vendor.catalogue["whisper-1"] = Product(says=SAID)
    client = Client(api_key="test", base_url=f"{openai_vendor.url}/v1")

    drawn = client.images.edit(model="gpt-image-1", image=("a.png", io.BytesIO(png(32, 32))), prompt="bluer")
    told = client.audio.transcriptions.create(model="whisper-1", file=("a.wav", wav(0.5)))

    assert drawn.data is not None
    assert drawn.data[0].b64_json
    assert told.text == SAID


def test_pictures_are_sent_with_their_mask_and_come_back_as_often_as_asked(
    openai_vendor: OpenAIServer, picture: Path
) -> None:
    made = openai().edit("dall-e-2", [picture, picture], "bluer", key="job:0", n=2, size="256x256")

    (sale,) = openai_vendor.bill.sales()
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    assert [file["sha256"] for file in sale.input["image"]] == [digest] * 2
    assert {file["media_type"] for file in sale.input["image"]} == {"image/png"}
    assert (sale.input["prompt"], sale.input["n"], sale.input["response_format"]) == ("bluer", 2, "b64_json")
    assert len(made.files) == 2
    assert openai_vendor.bill.keys() == ["job:0"]


def test_a_mask_without_transparency_is_refused_by_the_vendor(openai_vendor: OpenAIServer, picture: Path) -> None:
    with pytest.raises(Permanent, match="alpha channel") as refused:
        edited(picture, mask=picture)

    assert refused.value.is_refusal
    assert openai_vendor.bill.sales() == []


def test_a_recording_is_written_down_with_times_where_the_model_tells_them(
    openai_vendor: OpenAIServer, recording: Path
) -> None:
    openai_vendor.catalogue["whisper-1"] = openai_vendor.catalogue["gpt-transcribe"] = Product(says=SAID)

    timed = openai().transcript("whisper-1", recording, key="job:0", language="en", hint="fox", is_timed=True)
    plain = openai().transcript("gpt-transcribe", recording, key="job:1")

    first = openai_vendor.bill.sales()[0]
    assert (timed.text, timed.language, plain.text, plain.words) == (SAID, "english", SAID, ())
    assert [(word.text, word.start_s) for word in timed.words] == [
        *(("A", 0.0), ("fox,", 0.3), ("at", 0.6), ("last.", pytest.approx(0.9)))
    ]
    assert (first.input["language"], first.input["prompt"]) == ("en", "fox")


def test_asking_a_model_for_times_that_it_does_not_tell_is_refused(
    openai_vendor: OpenAIServer, recording: Path
) -> None:
    with pytest.raises(Permanent, match="not compatible"):
        openai().transcript("gpt-transcribe", recording, key="job:0", is_timed=True)

    assert openai_vendor.bill.sales() == []


Call = Callable[[Path], object]


@pytest.mark.parametrize(
    "call", [edited, lambda path: openai().transcript("whisper-1", path, key="job:0")], ids=["edit", "transcript"]
)
def test_a_call_that_is_cut_off_or_garbled_may_have_been_billed(
    openai_vendor: OpenAIServer, picture: Path, call: Call
) -> None:
    openai_vendor.faults.cut_sales = 1
    with pytest.raises(Transient) as cut:
        call(picture)
    openai_vendor.faults.garbled = True
    with pytest.raises(JobError) as garbled:
        call(picture)

    assert (cut.value.is_refusal, garbled.value.is_refusal) == (False, False)
    with pytest.raises(OutcomeUnknown):
        openai().again(call)(picture)  # type: ignore[arg-type]
