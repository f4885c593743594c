from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.files import canvas, let_go, write_wav
from mediamill_media.audio.signal.loudness import SILENCE_LUFS, measure
from mediamill_media.audio.signal.master import master
from mediamill_media.audio.signal.peaks import SILENCE_DB, limit, true_peak
from mediamill_media.audio.signal.resample import resample


def noise(seconds: float, channels: int = 2, seed: int = 0) -> Sound:
    return np.random.default_rng(seed).standard_normal((round(seconds * RATE), channels)).astype(np.float32) * 0.1


def tone(hertz: float, seconds: float, level: float = 0.5, phase: float = 0.0) -> Sound:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time + phase)).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    "sound",
    [
        noise(7.3),
        noise(2, channels=1),
        tone(60, 4),
        np.concatenate((noise(3), noise(5) * 0.01, np.zeros((RATE, 2), np.float32), noise(2, seed=4) * 2)),
    ],
    ids=["noise", "mono", "bass", "with pauses"],
)
def test_loudness_agrees_with_an_independent_meter(sound: Sound) -> None:
    expected = pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64))

    assert measure(sound) == pytest.approx(expected, abs=0.05)


def test_a_full_scale_tone_in_one_channel_measures_what_the_standard_says() -> None:
    assert measure(tone(997, 5, level=1.0)) == pytest.approx(-3.01, abs=0.05)


def test_silence_and_the_shortest_sounds_have_a_loudness() -> None:
    assert measure(np.zeros((RATE, 2), np.float32)) == SILENCE_LUFS
    assert measure(noise(0.02)) > SILENCE_LUFS


def test_a_peak_between_samples_is_seen() -> None:
    between = tone(RATE / 4, 1, level=0.7, phase=np.pi / 4)

    assert np.abs(between).max() == pytest.approx(0.5, abs=0.01)
    assert true_peak(between[100:-100]) == pytest.approx(20 * np.log10(0.7), abs=0.3)


def test_the_limiter_holds_true_peaks_and_leaves_the_rest_alone() -> None:
    sound = np.concatenate((tone(300, 3, level=0.1), tone(300, 0.5, level=1.0), tone(300, 3, level=0.1)))
    before = sound.copy()

    limit(sound, gain=2.0)

    assert true_peak(sound) <= -1.0
    assert np.abs(sound[: 2 * RATE] - 2 * before[: 2 * RATE]).max() < 1e-6
    assert np.abs(np.diff(sound[:, 0])).max() < 0.05


@pytest.mark.parametrize("target", [-30.0, -16.0, -9.0])
def test_a_master_meets_its_target_and_tells_what_it_measured(target: float) -> None:
    swell = np.linspace(0.3, 1, 6 * RATE, dtype=np.float32)[:, None]
    sound = noise(6) * swell

    level = master(sound, target)

    assert level.lufs == pytest.approx(target, abs=0.3)
    assert level.lufs == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64)), abs=0.1)
    assert level.peak_db <= -1.0


def test_silence_stays_silence_when_mastered() -> None:
    sound = np.zeros((RATE, 2), np.float32)

    level = master(sound, -16)

    assert level == (SILENCE_LUFS, SILENCE_DB)
    assert not sound.any()


@pytest.mark.parametrize("ratio", [2.0, 2 / 0.84, 0.5])
def test_resampling_keeps_a_tone_a_tone(ratio: float) -> None:
    soft = np.hanning(24_000).astype(np.float32)
    sound = (soft * np.sin(2 * np.pi * 1000 / 24_000 * np.arange(24_000))).astype(np.float32)

    out = resample(sound, ratio)

    assert len(out) == pytest.approx(24_000 * ratio, rel=0.01)
    expected = np.hanning(len(out)) * np.sin(2 * np.pi * 1000 / len(out) * np.arange(len(out)))
    half_a_sample = np.pi * 1000 / 24_000 / ratio
    assert np.abs(out - expected).max() < half_a_sample


def test_a_wav_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    first = write_wav(tmp_path / "a.wav", noise(1)).read_bytes()

    assert write_wav(tmp_path / "b.wav", noise(1)).read_bytes() == first


def test_what_was_written_to_a_canvas_is_still_there_after_its_memory_was_let_go(tmp_path: Path) -> None:
    sound = canvas(tmp_path / "c.f32", RATE)
    sound[:] = noise(1)

    let_go(sound)

    assert np.array_equal(sound, noise(1))
