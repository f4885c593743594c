"""Frames are recorded exactly, with a sound that is cut or held to their length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from mediamill.errors import Permanent
from mediamill_av.house import SAMPLE_RATE
from mediamill_av.probe import probe
from mediamill_av.record import Reel, record

REEL = Reel((64, 48), 24, 36)


def frames(count: int = REEL.frames) -> Iterator[npt.NDArray[np.uint8]]:
    for number in range(count):
        yield np.concatenate([np.full(64 * 48, 40 + number * 4, np.uint8), np.full(64 * 48 // 2, 128, np.uint8)])


def tone(path: Path, seconds: float) -> Path:
    """Write a raw sound that is loud in its first half second only."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.where(at < 0.5, np.sin(2 * np.pi * 440 * at) * 0.5, 0)
    np.repeat(wave[:, None], 2, axis=1).astype(np.float32).tofile(path)
    return path


@pytest.mark.parametrize("seconds", [0.7, 1.5, 4.0])
def test_the_sound_is_as_long_as_the_frames_whatever_its_own_length(tmp_path: Path, seconds: float) -> None:
    target = tmp_path / "clip.mp4"

    record(REEL, frames(), target, tone(tmp_path / "tone.f32", seconds))

    found = probe(target)
    assert found.video is not None
    assert found.audio is not None
    assert (found.video.frames, found.audio.codec, found.audio.sample_rate) == (36, "aac", 48_000)
    assert found.duration_s == pytest.approx(1.5, abs=1024 / SAMPLE_RATE)
    assert not list(tmp_path.glob("*.part"))


def test_sound_and_picture_begin_together(tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"

    record(REEL, frames(), target, tone(tmp_path / "tone.f32", 1.5))

    with av.open(str(target)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    loud = np.abs(samples) > 0.1
    assert np.argmax(loud) / SAMPLE_RATE < 0.01
    assert (len(loud) - np.argmax(loud[::-1])) / SAMPLE_RATE == pytest.approx(0.5, abs=0.02)


def test_without_a_sound_there_is_none(tmp_path: Path) -> None:
    record(REEL, frames(), tmp_path / "clip.mp4")

    assert probe(tmp_path / "clip.mp4").audio is None


def test_too_few_frames_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="20 frames of 64x48, not 36"):
        record(REEL, frames(20), tmp_path / "clip.mp4")

    assert list(tmp_path.iterdir()) == []
