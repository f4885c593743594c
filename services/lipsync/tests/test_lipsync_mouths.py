"""Mouths move as what is said wants it: by its phonemes, or by its sound alone."""

from __future__ import annotations

import wave
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from mediamill_media.lipsync.contract import Phoneme
from mediamill_media.lipsync.speech.heard import RATE, loudness
from mediamill_media.lipsync.speech.listened import listened
from mediamill_media.lipsync.speech.mouth import Grid, Track, frames_of, spoken
from mediamill_media.lipsync.speech.shapes import shapes_of

FPS = 30
SYMBOLS = "AIOWYQbdfhijklmnpstuvwzæðŋɐɑɔəɛɜɡɪɹʃʊʌʒʤʧθᵊᵻT"
"""What our voice says, and a few more."""


def samples_of(wav: bytes) -> Any:
    with wave.open(BytesIO(wav)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    return sound[: len(sound) // 3 * 3].reshape(-1, 3).mean(axis=1)


def said(*phonemes: tuple[str, float, float], seconds: float = 2.0) -> Track:
    """Give the mouth of a few phonemes, all equally loud."""
    told = [Phoneme(symbol=symbol, start_s=start, end_s=end) for symbol, start, end in phonemes]
    noise = np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)
    return spoken(told, noise, Grid(FPS, round(seconds * FPS)))


def at(track: Track, seconds: float) -> Any:
    return track.at(round(seconds * FPS))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_phoneme_of_our_voice_has_a_shape_of_its_own(symbol: str) -> None:
    shapes = shapes_of(symbol)

    assert all(0 <= shape.open <= 1 and -1 <= shape.wide <= 1 for shape in shapes)
    assert shapes != shapes_of("?") or symbol in "əɜʌᵊ"


def test_lips_meet_for_p_b_and_m_whatever_is_said_around_them() -> None:
    track = said(("ɑ", 0.2, 0.6), ("m", 0.6, 0.7), ("ɑ", 0.7, 1.1), ("b", 1.1, 1.18), ("i", 1.18, 1.5))

    assert at(track, 0.4).open > 0.6
    assert at(track, 0.61).open < 0.08
    assert at(track, 1.1).open < 0.08


def test_vowels_differ_in_how_open_and_how_wide_they_are() -> None:
    track = said(("ɑ", 0.2, 0.5), ("i", 0.6, 0.9), ("u", 1.0, 1.3))
    a, i, u = at(track, 0.35), at(track, 0.75), at(track, 1.15)

    assert a.open > 1.5 * max(i.open, u.open)
    assert i.wide > 0.6
    assert u.wide < -0.6


def test_a_diphthong_goes_from_one_shape_to_the_other() -> None:
    track = said(("I", 0.3, 0.9))

    assert at(track, 0.4).open > 2 * at(track, 0.82).open
    assert at(track, 0.82).wide > at(track, 0.4).wide + 0.3


def test_a_mouth_is_a_little_earlier_than_its_sound() -> None:
    track = said(("ɑ", 1.0, 1.4))
    half = np.flatnonzero(track.open > track.open.max() / 2)[0] / FPS

    assert 0.9 < half < 1.0


def test_a_mouth_rests_in_long_pauses_and_stays_in_its_word_in_short_ones() -> None:
    track = said(("ɑ", 0.0, 0.3), ("ɑ", 0.4, 0.7), ("ɑ", 1.6, 2.0))

    assert at(track, 0.35).open > 0.5
    assert at(track, 0.35).rest < 0.05
    assert at(track, 1.15).open < 0.02
    assert at(track, 1.15).rest > 0.9


def test_what_is_said_louder_opens_the_mouth_further() -> None:
    quiet = np.full(RATE, 0.02, np.float32) * np.sign(np.sin(np.arange(RATE)))
    samples = np.concatenate([quiet, quiet * 15]).astype(np.float32)
    phonemes = [Phoneme(symbol="ɛ", start_s=s, end_s=s + 0.6) for s in (0.2, 1.2)]

    track = spoken(phonemes, samples, Grid(FPS, 2 * FPS))

    assert at(track, 1.5).open > 1.3 * at(track, 0.5).open


def test_phonemes_out_of_order_unknown_or_beyond_the_end_are_no_trouble() -> None:
    track = said(("ɑ", 1.0, 1.4), ("§", 0.2, 0.5), ("m", 0.5, 9.0), ("i", 3000.0, 3001.0))

    assert np.isfinite(track.open).all()
    assert at(track, 0.35).open > 0.2


def test_by_its_sound_alone_a_mouth_opens_with_each_syllable_and_closes_in_the_pause(troupe: Any) -> None:
    speech = troupe.speech()
    samples = samples_of(speech.wav)
    grid = Grid(FPS, frames_of(samples, FPS))

    track = listened(samples, grid)

    by_phonemes = spoken([Phoneme(**phoneme) for phoneme in speech.phonemes], samples, grid)
    assert np.corrcoef(track.open, by_phonemes.open)[0, 1] > 0.6
    assert at(track, 1.25).open < 0.05
    assert (np.diff((track.open > 0.35).astype(int)) == 1).sum() == 6


def test_a_hiss_shows_teeth_and_a_vowel_does_not() -> None:
    chance, time = np.random.default_rng(2), np.arange(RATE) / RATE
    hiss = np.diff(chance.normal(0, 0.2, RATE + 2), 2)
    vowel = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 12)) * 0.2

    track = listened(np.concatenate([hiss, vowel]).astype(np.float32), Grid(FPS, 60))

    assert at(track, 0.5).teeth > 3 * at(track, 1.5).teeth
    assert at(track, 1.5).open > 1.5 * at(track, 0.5).open


def test_silence_is_not_loud_and_the_loudest_is_one() -> None:
    samples = np.concatenate([np.zeros(RATE), np.ones(RATE) * 0.5]).astype(np.float32)

    loud = loudness(samples, FPS, 60)

    assert loud[:28].max() == 0
    assert loud[32:].min() == pytest.approx(1, abs=0.01)
    assert loudness(np.zeros(RATE, np.float32), FPS, 30).max() == 0
