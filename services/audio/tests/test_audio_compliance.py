"""Every vendor of sound is bought from as it must be: the compliance suite, on the real engine and vendor servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from mediamill_testing.exercising import DIRECT_TRIALS, TOLD_TRIALS, TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.vendor.catalogue import JSON, Product
from mediamill_testing.vendor.media import wav
from mediamill_testing.vendor.server import FalServer, OpenAIServer, VendorServer

MillOf = Callable[[str], Mill]
every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
every_told_trial = pytest.mark.parametrize("trial", TOLD_TRIALS, ids=name_of)
every_direct_trial = pytest.mark.parametrize("trial", DIRECT_TRIALS, ids=name_of)
TEXT = "A fox runs over the hill. It sees a lantern, and it stops."
SPEECH, MUSIC = {"text": TEXT}, {"mood": "calm", "seconds": 3}
MUSICGEN = FAST_WHISPER = "test/versioned"
"""What the vendor server calls every model that is asked for by its version."""


@every_trial
def test_replicates_speech_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer) -> None:
    price = Decimal("0.06") * len(TEXT) / 1000
    vendor.catalogue["minimax/speech-02-turbo"] = Product(price=price, makes="audio/wav")

    exercise_provider(trial, Stand(mill_of("audio"), vendor, "audio.speech", SPEECH, as_it_came=False))


@every_trial
def test_replicates_music_complies(trial: Trial, mill_of: MillOf, vendor: VendorServer) -> None:
    vendor.catalogue[MUSICGEN] = Product(price=Decimal("0.083"), makes="audio/wav")

    exercise_provider(trial, Stand(mill_of("audio"), vendor, "audio.music", MUSIC, as_it_came=False))


@every_direct_trial
def test_openais_speech_complies(trial: Trial, mill_of: MillOf, openai_vendor: OpenAIServer) -> None:
    price = Decimal("0.015") * len(TEXT) / 1000
    openai_vendor.catalogue["tts-1"] = Product(price=price, makes="audio/wav")

    stand = Stand(mill_of("audio"), openai_vendor, "audio.speech", SPEECH, as_it_came=False)
    exercise_provider(trial, stand)


def test_a_text_that_is_too_long_for_one_call_is_read_in_parts_and_every_word_has_its_time(
    mill_of: MillOf, openai_vendor: OpenAIServer
) -> None:
    text = "The fox runs over the hill, and nobody sees it. " * 100
    openai_vendor.catalogue["tts-1"] = Product(price=Decimal("0.000015"), makes="audio/wav", count="input")

    job = Stand(mill_of("audio"), openai_vendor, "audio.speech", {"text": text.strip()}).ended()

    said = [sale.input["input"] for sale in openai_vendor.bill.sales()]
    assert job.state == "succeeded", job.error
    assert len(said) == 2
    assert " ".join(said) == text.strip()
    assert [word["text"] for word in job.output["words"]] == text.split()
    assert job.cost == openai_vendor.bill.total()


SAID = "A fox runs, and stops."
CHUNKS = [{"timestamp": [0.3 * n, 0.3 * n + 0.2], "text": f" {word}"} for n, word in enumerate(SAID.split())]
RECORDING_S = 1.8
LISTENER = Product(makes=JSON, says=json.dumps({"text": f" {SAID}", "chunks": CHUNKS}))
TIMING, WRITING = "whisper-tests", "gpt-transcribe-tests"
"""Models of OpenAI: one tells the times of words, the other one a text alone."""


def listening(mill: Mill, server: VendorServer | FalServer | OpenAIServer, model: str, product: Product) -> Stand:
    """Give a stand for a recording that the vendor bills by the second, as the manifest has it."""
    entry = mill.registry.kind("audio.transcribe").model(server.vendor)
    assert entry is not None
    price = (entry.price * Decimal(str(RECORDING_S)) / 60).quantize(Decimal("0.000001"))
    server.catalogue[model] = replace(product, price=price)
    ask = {"audio": mill.give(wav(RECORDING_S), "audio/wav"), "hint": "fox"}
    return Stand(mill, server, "audio.transcribe", ask, as_it_came=False)


@pytest.fixture
def openai_hears(
    monkeypatch: pytest.MonkeyPatch, mill_of: MillOf, openai_vendor: OpenAIServer
) -> Callable[[str], Stand]:
    """Have OpenAI hear by a model that has no sunset."""

    def stand(model: str) -> Stand:
        monkeypatch.setenv("MEDIAMILL_MODELS", json.dumps({"audio.transcribe": {"openai": model}}))
        read_settings_anew()
        return listening(mill_of("audio"), openai_vendor, model, Product(says=SAID))

    return stand


@every_direct_trial
def test_openais_transcripts_comply(trial: Trial, openai_hears: Callable[[str], Stand]) -> None:
    exercise_provider(trial, openai_hears(TIMING))


@every_told_trial
def test_replicates_transcripts_comply(trial: Trial, mill_of: MillOf, vendor: VendorServer) -> None:
    exercise_provider(trial, listening(mill_of("audio"), vendor, FAST_WHISPER, LISTENER))


@every_told_trial
def test_fals_transcripts_comply(trial: Trial, mill_of: MillOf, fal_vendor: FalServer) -> None:
    exercise_provider(trial, listening(mill_of("audio"), fal_vendor, "fal-ai/whisper", LISTENER))


@pytest.mark.parametrize("model", [TIMING, WRITING])
def test_openais_words_have_times_and_their_punctuation_whatever_the_model_tells(
    openai_hears: Callable[[str], Stand], model: str
) -> None:
    stand = openai_hears(model)

    job = stand.ended()

    (sale,) = stand.server.bill.sales()
    assert job.state == "succeeded", job.error
    assert job.output["text"] == SAID
    assert [word["text"] for word in job.output["words"]] == SAID.split()
    assert job.output["duration_s"] == pytest.approx(RECORDING_S, abs=0.05)
    assert (sale.input["prompt"], sale.input["file"][0]["media_type"]) == ("fox", "audio/mpeg")
    if model == TIMING:
        assert [word["start_s"] for word in job.output["words"]] == [0.0, 0.3, 0.6, 0.9, 1.2]


def test_a_recording_is_sent_away_small_and_without_its_name(mill_of: MillOf, vendor: VendorServer) -> None:
    job = listening(mill_of("audio"), vendor, FAST_WHISPER, LISTENER).ended()

    (sale,) = vendor.bill.sales()
    assert job.output["words"][1] == {"text": "fox", "start_s": 0.3, "end_s": 0.5, "sureness": None}
    assert sale.input["audio"].startswith("data:audio/mpeg;base64,")
    assert len(sale.input["audio"]) < 20_000
