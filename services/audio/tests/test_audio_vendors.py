"""What vendors are asked to say and play, and what becomes of their recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mediamill_media.audio.contract import Music, Speech
from mediamill_media.audio.providers import composed, spoken
from mediamill_media.audio.providers.composed import fill
from mediamill_media.audio.providers.spoken import parts
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.files import write_wav
from mediamill_media.audio.speech.guessed import guess
from mediamill_media.audio.speech.reader import Reading, read_aloud
from mediamill_testing.desk import DeskContext

TEXT = (
    "Once upon a time, a little fox found a lantern in the snow. It was old, it was cold; and nobody had lit it for "
    "127 years! The fox took it home, polished the glass, and waited for the night. Then, far away, somebody called."
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_aloud(TEXT, "heart", 1.0, lambda *_: None)


def tone(seconds: float, channels: int = 1) -> Sound:
    time = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    return np.repeat(0.2 * np.sin(2 * np.pi * 220 * time)[:, None], channels, axis=1).astype(np.float32)


def test_words_are_found_in_a_recording_near_where_they_are_said(reading: Reading) -> None:
    guessed = guess(reading.sound[:, 0], TEXT.split())

    off = [abs(found.start - said.start) for found, said in zip(guessed, reading.words, strict=True)]
    assert [span.text for span in guessed] == TEXT.split()
    assert float(np.mean(off)) < 0.12
    assert max(off) < 0.5


def test_words_are_in_order_inside_the_recording_and_do_not_overlap(reading: Reading) -> None:
    guessed = guess(reading.sound[:, 0], TEXT.split())

    times = [time for span in guessed for time in (span.start, span.end)]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= len(reading.sound) / RATE


@pytest.mark.parametrize("sound", [np.zeros(RATE, np.float32), tone(0.005)[:, 0]], ids=["silence", "5 ms"])
def test_a_recording_without_pauses_or_speech_still_gives_every_word_a_time(sound: Sound) -> None:
    guessed = guess(sound, ["One,", "—", "two."])

    assert [span.text for span in guessed] == ["One,", "—", "two."]
    assert all(0 <= span.start <= span.end for span in guessed)


def test_a_text_is_cut_at_its_sentences_and_no_word_is_lost() -> None:
    long = f"{TEXT}\n\n{'word ' * 40}"

    cut = parts(long, 120)

    assert max(map(len, cut)) <= 120
    assert " ".join(cut).split() == long.split()
    assert cut[0].endswith(".")


def test_a_text_that_is_short_enough_stays_whole() -> None:
    assert parts(TEXT, 4096) == [TEXT]


def test_a_vendors_recordings_become_one_leveled_speech_with_words_and_phonemes(
    desk: DeskContext, reading: Reading, tmp_path: Path
) -> None:
    quiet = (reading.sound * 0.1).astype(np.float32)
    halves = [quiet[: len(quiet) // 2], quiet[len(quiet) // 2 :]]
    assets = [desk.save(write_wav(tmp_path / f"{number}.wav", half), "audio/wav") for number, half in enumerate(halves)]

    told = spoken.tell(desk, Speech(text=TEXT, timings="phonemes", format="mp3", voice="deep"), assets)

    assert [word.text for word in told.words] == TEXT.split()
    assert told.assets[0].media_type == "audio/mpeg"
    assert told.duration_s == pytest.approx(len(quiet) / RATE + 0.38, abs=0.05)
    assert len(told.phonemes) > len(told.words)
    assert told.voice == "deep"


@pytest.mark.parametrize("seconds", [1.0, 4.0, 11.5])
def test_a_vendors_music_is_as_long_as_was_asked_for_and_never_falls_silent_at_a_seam(seconds: float) -> None:
    sound = np.zeros((round(seconds * RATE), 2), np.float32)

    fill(sound, tone(4.0, 2))

    body = sound[: int(len(sound) * 0.6), 0]
    blocks = body[: len(body) // 4800 * 4800].reshape(-1, 4800)
    assert np.abs(sound).max() < 0.45
    assert np.sqrt(np.square(blocks).mean(axis=1)).min() > 0.05
    assert abs(float(sound[-1, 0])) < 0.001


def test_the_answer_names_the_tempo_and_the_key_that_the_vendor_was_told(desk: DeskContext, tmp_path: Path) -> None:
    recording = desk.save(write_wav(tmp_path / "theirs.wav", tone(3.0, 2)), "audio/wav")

    told = composed.tell(desk, Music(mood="mystery", seconds=8), recording)

    assert told.duration_s == 8.0
    assert 70 < told.bpm < 82
    assert told.key.endswith("minor")
