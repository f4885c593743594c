"""Is the speech understood? An ear that is not ours listens: pocketsphinx, with the model of its wheel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pocketsphinx import Decoder

from mediamill_media.audio.contract import Speech
from mediamill_media.audio.handlers import speak
from mediamill_media.audio.signal.resample import resample
from mediamill_testing.desk import DeskContext
from mediamill_testing.listening import errors

TEXT = "once upon a time a little girl found a golden book in the garden and she read it to her mother every night"


@pytest.mark.parametrize("voice", ["heart", "narrator", "deep"])
def test_an_independent_ear_understands_the_voice(desk: DeskContext, listen: Any, voice: Any) -> None:
    sound = listen(speak(desk, Speech(text=TEXT, voice=voice)))
    ear = Decoder(samprate=16_000, loglevel="FATAL")

    ear.start_utt()
    ear.process_raw((resample(sound[:, 0], 1 / 3) * 32767).astype(np.int16).tobytes(), full_utt=True)
    ear.end_utt()

    understood = ear.hyp().hypstr.split()
    assert errors(TEXT.split(), understood) / len(TEXT.split()) < 0.35, understood
