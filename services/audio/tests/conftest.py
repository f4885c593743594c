from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mediamill.contracts import MediaAnswer
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.files import write_wav
from mediamill_testing.desk import DeskContext

Listen = Callable[[MediaAnswer], Sound]
Record = Callable[..., str]


@pytest.fixture
def listen(desk: DeskContext) -> Listen:
    """Read the samples of an answer's WAV, scaled to ±1."""

    def read(answer: MediaAnswer) -> Sound:
        with wave.open(str(desk.open(answer.assets[0].id))) as file:
            assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
            return samples.reshape(-1, file.getnchannels())

    return read


@pytest.fixture
def record(desk: DeskContext, tmp_path: Path) -> Record:
    """Save samples as a WAV asset and give its id."""

    def save(sound: Sound, name: str = "sound") -> str:
        return desk.save(write_wav(tmp_path / f"{name}.wav", sound.astype(np.float32)), "audio/wav").id

    return save
