"""Every vendor of sound is bought from as it must be: the compliance suite, on the real engine and vendor servers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from mediamill_testing.exercising import TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.server import OpenAIServer, VendorServer

MillOf = Callable[[str], Mill]
every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
TEXT = "A fox runs over the hill. It sees a lantern, and it stops."
SPEECH, MUSIC = {"text": TEXT}, {"mood": "calm", "seconds": 3}
MUSICGEN = "test/versioned"
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


@every_trial
def test_openais_speech_complies(trial: Trial, mill_of: MillOf, openai_vendor: OpenAIServer) -> None:
    price = Decimal("0.015") * len(TEXT) / 1000
    openai_vendor.catalogue["tts-1"] = Product(price=price, makes="audio/wav")

    stand = Stand(mill_of("audio"), openai_vendor, "audio.speech", SPEECH, downloads=False, as_it_came=False)
    exercise_provider(trial, stand)


def test_a_text_that_is_too_long_for_one_call_is_read_in_parts_and_every_word_has_its_time(
    mill_of: MillOf, openai_vendor: OpenAIServer
) -> None:
    text = "The fox runs over the hill, and nobody sees it. " * 100
    openai_vendor.catalogue["tts-1"] = Product(price=Decimal("0.000015"), makes="audio/wav", count="input")

    job = Stand(mill_of("audio"), openai_vendor, "audio.speech", {"text": text.strip()}, downloads=False).ended()

    said = [sale.input["input"] for sale in openai_vendor.bill.sales()]
    assert job.state == "succeeded", job.error
    assert len(said) == 2
    assert " ".join(said) == text.strip()
    assert [word["text"] for word in job.output["words"]] == text.split()
    assert job.cost == openai_vendor.bill.total()
