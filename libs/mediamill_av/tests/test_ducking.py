from __future__ import annotations

import numpy as np

from mediamill_av.ducking import ATTACK_HOPS, HOP, duck_gains, loudness_of_hops


def decibels(gain: float) -> float:
    return float(20 * np.log10(gain))


def test_a_sound_is_down_when_the_voice_begins_and_up_after_it() -> None:
    rms = np.zeros(600)
    rms[200:300] = 0.2

    gains = duck_gains(rms, 9)

    assert decibels(gains[150]) == 0
    assert round(decibels(gains[200]), 6) == -9
    assert round(decibels(gains[299]), 6) == -9
    assert decibels(gains[500]) == 0


def test_pauses_between_words_do_not_let_it_pump() -> None:
    rms = np.zeros(600)
    rms[200:240] = rms[265:300] = 0.2

    gains = duck_gains(rms, 12)

    assert round(decibels(gains[200:300].max()), 6) == -12


def test_what_is_too_quiet_to_be_heard_ducks_nothing() -> None:
    assert duck_gains(np.full(100, 0.005), 20).min() == 1


def test_gain_never_jumps() -> None:
    rms = np.zeros(400)
    rms[100:200] = 1

    steps = np.abs(np.diff(20 * np.log10(duck_gains(rms, 16))))

    assert steps.max() <= 16 / ATTACK_HOPS + 1e-9


def test_hops_tell_the_level_of_their_samples() -> None:
    block = np.zeros((2 * HOP + 7, 2), np.float32)
    block[:HOP] = 0.5

    assert loudness_of_hops(block).tolist() == [0.5, 0, 0]
