from __future__ import annotations

from typing import Any

import numpy as np
import pyloudnorm
import pytest

from mediamill.errors import BadMedia
from mediamill_media.audio.contract import Mix, Mixed
from mediamill_media.audio.handlers import mix
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.peaks import true_peak
from mediamill_testing.desk import DeskContext


def tone(hertz: float, seconds: float, level: float = 0.2) -> Sound:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave.astype(np.float32)[:, None], 2, axis=1)


def talk(seconds: float) -> Sound:
    """Bursts of noise like syllables, with a pause of two seconds in the middle."""
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = np.square(np.sin(np.pi * 4 * time)) * (np.abs(time - seconds / 2) > 1)
    noise = np.random.default_rng(2).standard_normal(len(time)) * 0.1
    return (noise * syllables).astype(np.float32)[:, None]


def level_at(sound: Sound, hertz: float, start_s: float, end_s: float) -> float:
    """Level in dB of one frequency in a part of a sound."""
    part = sound[round(start_s * RATE) : round(end_s * RATE), 0]
    turn = np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE) * np.hanning(len(part))
    return float(20 * np.log10(np.abs((part * turn).sum()) / len(part) + 1e-9))


def run(desk: DeskContext, *tracks: dict[str, Any], **more: Any) -> Mixed:
    return mix(desk, Mix.model_validate({"tracks": tracks, **more}))


@pytest.mark.parametrize("by_db", [6.0, 12.0])
def test_music_goes_down_under_the_voice_and_comes_back(
    desk: DeskContext, record: Any, listen: Any, by_db: float
) -> None:
    voice, music = record(talk(8), "voice"), record(tone(3000, 14), "music")

    sound = listen(
        run(
            desk,
            {"name": "music", "asset": music, "duck": {"under": "voice", "by_db": by_db}},
            {"name": "voice", "asset": voice, "start_s": 3},
        )
    )

    free = level_at(sound, 3000, 0.5, 2.5)
    assert level_at(sound, 3000, 4, 5.5) - free == pytest.approx(-by_db, abs=1.2)
    assert level_at(sound, 3000, 7.2, 7.7) - free > -1.5
    assert level_at(sound, 3000, 8.6, 10.5) - free == pytest.approx(-by_db, abs=1.2)
    assert level_at(sound, 3000, 12.5, 13.5) - free == pytest.approx(0, abs=0.5)


def test_the_duck_is_down_when_the_voice_begins(desk: DeskContext, record: Any, listen: Any) -> None:
    voice, music = record(talk(4), "voice"), record(tone(3000, 8), "music")

    sound = listen(
        run(
            desk,
            {"name": "voice", "asset": voice, "start_s": 3},
            {"name": "music", "asset": music, "duck": {"under": "voice", "by_db": 9}},
        )
    )

    assert level_at(sound, 3000, 3.0, 3.2) - level_at(sound, 3000, 1, 2.5) < -5.5


@pytest.mark.parametrize("target", [-23.0, -16.0, -12.0])
def test_the_loudness_asked_for_is_met_and_what_is_told_was_measured(
    desk: DeskContext, record: Any, listen: Any, target: float
) -> None:
    answer = run(
        desk,
        {"name": "voice", "asset": record(talk(6), "voice")},
        {"name": "music", "asset": record(tone(220, 6, 0.05), "music")},
        loudness_lufs=target,
    )

    sound = listen(answer)
    assert pyloudnorm.Meter(RATE).integrated_loudness(sound) == pytest.approx(target, abs=0.5)
    assert answer.lufs == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(sound), abs=0.1)
    assert answer.peak_db == pytest.approx(true_peak(sound), abs=0.1)
    assert answer.peak_db <= -1.0


def test_the_mix_ends_with_its_last_track_that_does_not_loop(desk: DeskContext, record: Any, listen: Any) -> None:
    answer = run(
        desk,
        {"name": "voice", "asset": record(talk(4), "voice"), "start_s": 1.5},
        {"name": "bed", "asset": record(tone(200, 2), "bed"), "loop": True},
    )

    assert len(listen(answer)) == round(5.5 * RATE)
    assert answer.duration_s == 5.5


def test_a_loop_goes_on_without_a_click_or_a_gap(desk: DeskContext, record: Any, listen: Any) -> None:
    bed = record(tone(441.3, 1.37), "bed")

    sound = listen(run(desk, {"name": "bed", "asset": bed, "loop": True}, seconds=6))

    steps = np.sqrt(np.square(sound[: 5 * RATE]).reshape(-1, 480 * 2).mean(axis=1))
    assert np.abs(np.diff(sound[:, 0])).max() < 1.2 * np.abs(np.diff(sound[: RATE // 2, 0])).max()
    assert steps.min() > 0.3 * np.median(steps)


def test_fades_begin_and_end_in_silence(desk: DeskContext, record: Any, listen: Any) -> None:
    bed = record(tone(500, 6), "bed")

    sound = listen(run(desk, {"name": "bed", "asset": bed, "start_s": 1, "fade_in_s": 2, "fade_out_s": 1}))

    assert not sound[: RATE - 1].any()
    full = level_at(sound, 500, 4, 5)
    assert level_at(sound, 500, 1.95, 2.05) - full == pytest.approx(-6, abs=0.5)
    assert level_at(sound, 500, 6.45, 6.55) - full == pytest.approx(-6, abs=0.5)


def test_seconds_cut_a_longer_track_and_its_fade_still_reaches_silence(
    desk: DeskContext, record: Any, listen: Any
) -> None:
    bed = record(tone(500, 6), "bed")

    sound = listen(run(desk, {"name": "bed", "asset": bed, "fade_out_s": 1}, seconds=3))

    assert len(sound) == 3 * RATE
    assert np.abs(sound[-20:]).max() < 0.01


def test_seconds_longer_than_the_tracks_end_in_silence(desk: DeskContext, record: Any, listen: Any) -> None:
    sound = listen(run(desk, {"name": "bed", "asset": record(tone(500, 1), "bed")}, seconds=4))

    assert len(sound) == 4 * RATE
    assert not sound[2 * RATE :].any()


def test_gains_are_kept_between_tracks(desk: DeskContext, record: Any, listen: Any) -> None:
    low, high = record(tone(500, 4), "low"), record(tone(5000, 4), "high")

    sound = listen(run(desk, {"name": "low", "asset": low}, {"name": "high", "asset": high, "gain_db": -11}))

    assert level_at(sound, 5000, 1, 3) - level_at(sound, 500, 1, 3) == pytest.approx(-11, abs=0.2)


def test_a_chain_of_ducks_is_mixed_in_the_order_that_it_needs(desk: DeskContext, record: Any, listen: Any) -> None:
    sound = listen(
        run(
            desk,
            {"name": "c", "asset": record(tone(6000, 8), "c"), "duck": {"under": "b", "by_db": 10}},
            {"name": "b", "asset": record(tone(2000, 3), "b"), "start_s": 3, "duck": {"under": "a", "by_db": 6}},
            {"name": "a", "asset": record(tone(500, 1), "a"), "start_s": 4},
        )
    )

    assert level_at(sound, 6000, 3.5, 5.5) - level_at(sound, 6000, 1, 2.5) == pytest.approx(-10, abs=0.7)
    assert level_at(sound, 2000, 4.2, 4.9) - level_at(sound, 2000, 3.2, 3.7) == pytest.approx(-6, abs=0.7)


def test_a_mix_of_silence_tells_so(desk: DeskContext, record: Any, listen: Any) -> None:
    answer = run(desk, {"name": "hush", "asset": record(np.zeros((RATE, 2), np.float32), "hush")})

    assert (answer.lufs, answer.peak_db) == (-70.0, -120.0)
    assert not listen(answer).any()


def test_the_same_asset_may_be_heard_twice(desk: DeskContext, record: Any, listen: Any) -> None:
    bed = record(tone(500, 1), "bed")

    sound = listen(run(desk, {"name": "a", "asset": bed}, {"name": "b", "asset": bed, "start_s": 2}))

    assert level_at(sound, 500, 0.2, 0.8) == pytest.approx(level_at(sound, 500, 2.2, 2.8), abs=0.1)


def test_a_page_named_as_a_sound_is_bad_media_and_says_which_track(desk: DeskContext, record: Any) -> None:
    page = desk.save(b"<html>not found</html>" * 50, "audio/mpeg").id

    with pytest.raises(BadMedia, match=r"tracks\.1 \('page'\)"):
        run(desk, {"name": "fine", "asset": record(tone(500, 1), "fine")}, {"name": "page", "asset": page})
