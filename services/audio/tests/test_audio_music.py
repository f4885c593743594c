from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pyloudnorm
import pytest

from mediamill_media.audio import contract
from mediamill_media.audio.contract import Music
from mediamill_media.audio.handlers import play
from mediamill_media.audio.music.moods import STYLES
from mediamill_media.audio.music.score import Score, compose
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.peaks import true_peak
from mediamill_testing.desk import DeskContext

MOODS = get_args(contract.Mood)


def levels(sound: Sound) -> Sound:
    """RMS of every 100 ms, in dB."""
    steps = sound[: len(sound) // 4800 * 4800].reshape(-1, 4800 * sound.shape[1])
    return np.asarray(20 * np.log10(np.sqrt(np.square(steps).mean(axis=1)) + 1e-9))


@pytest.mark.parametrize("mood", MOODS)
def test_a_piece_has_its_length_its_loudness_and_no_fault(desk: DeskContext, listen: Any, mood: Any) -> None:
    sound = listen(play(desk, Music(mood=mood, seconds=15.25, seed=5)))

    assert sound.shape == (round(15.25 * RATE), 2)
    assert pyloudnorm.Meter(RATE).integrated_loudness(sound) == pytest.approx(-16, abs=0.5)
    assert true_peak(sound) <= -1.0
    assert abs(sound.mean()) < 1e-3
    assert levels(sound)[5:-15].min() > -45
    assert np.abs(np.diff(sound, axis=0)).max() < 0.35
    assert not np.array_equal(sound[:, 0], sound[:, 1])


@pytest.mark.parametrize("seconds", [1.0, 2.2, 7.777])
def test_a_short_piece_is_exact_too(desk: DeskContext, listen: Any, seconds: float) -> None:
    answer = play(desk, Music(mood="happy", seconds=seconds))

    assert len(listen(answer)) == round(seconds * RATE)
    assert answer.duration_s == pytest.approx(seconds, abs=0.001)


def test_a_piece_comes_to_rest(desk: DeskContext, listen: Any) -> None:
    sound = listen(play(desk, Music(mood="adventure", seconds=12)))

    level = levels(sound)
    assert np.abs(sound[-2:]).max() < 1e-4
    assert level[-3] < level[-30:-18].mean() - 15


def test_the_same_seed_is_the_same_piece_and_another_seed_another(desk: DeskContext) -> None:
    first, again, other = (play(desk, Music(seconds=6, seed=seed)).assets[0].sha256 for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("seed", range(4))
def test_pads_bass_and_arpeggio_play_only_tones_of_the_scale(mood: str, seed: int) -> None:
    score = compose(mood, 60, seed)

    tonic = _tonic(score)
    allowed = {(tonic + step) % 12 for step in STYLES[mood].scale}
    outside = [note for note in score.notes if note.pitch and note.pitch % 12 not in allowed]

    assert outside == []


@pytest.mark.parametrize("mood", MOODS)
def test_the_last_chord_is_the_tonic(mood: str) -> None:
    score = compose(mood, 45, 3)

    last = [note for note in score.notes if note.start_s > score.seconds - 3.5]
    lowest = min(note.pitch for note in last if note.instrument == "bass")

    assert lowest % 12 == _tonic(score) % 12


@pytest.mark.parametrize("seconds", [1, 5, 20, 33.3, 120, 600])
def test_the_tempo_stays_near_the_moods_own(seconds: float) -> None:
    score = compose("calm", seconds, 0)

    assert all(0 <= note.start_s < seconds for note in score.notes)
    if seconds >= 20:
        assert score.bpm == pytest.approx(STYLES["calm"].bpm, rel=0.08)


def _tonic(score: Score) -> int:
    names = ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")
    return names.index(score.key.rpartition(" ")[0])
