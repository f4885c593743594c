from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pyloudnorm
import pytest

from mediamill.errors import Permanent
from mediamill_media.audio import contract
from mediamill_media.audio.contract import Speech, Spoken
from mediamill_media.audio.handlers import speak
from mediamill_media.audio.signal import RATE, Sound
from mediamill_media.audio.signal.peaks import true_peak
from mediamill_media.audio.speech.model import NATIVE_RATE, model
from mediamill_testing.desk import DeskContext

STORY = (
    'Once upon a time, Dr. Fox found 312 lanterns in the forest. "Let us go together," said the owl. '
    "They paid $9.99 — twice! — for 3.5 km of rope.\n\nThen everyone slept."
)


def loudness_at(sound: Sound, start_s: float, end_s: float) -> float:
    part = sound[round(start_s * RATE) : round(end_s * RATE)]
    return float(20 * np.log10(np.sqrt(np.square(part).mean()) + 1e-9))


def pitch_of(sound: Sound) -> float:
    """The median of the strongest periodicity of loud frames, in Hz."""
    found = []
    for start in range(0, len(sound) - 2400, 1200):
        frame = sound[start : start + 2400, 0] * np.hanning(2400)
        if np.sqrt(np.square(frame).mean()) > 0.04:
            lags = np.fft.irfft(np.abs(np.fft.rfft(frame, 8192)) ** 2)
            found.append(RATE / (RATE // 450 + np.argmax(lags[RATE // 450 : RATE // 70])))
    return float(np.median(found))


def test_the_model_gives_the_duration_of_every_phoneme() -> None:
    phonemes = model().phonemes("Hello there, little fox.")

    take = model().say(phonemes, speed=1.0, pitch=1.0, liveliness=1.0)

    assert len(take.bounds) == len(phonemes) + 1
    assert (np.diff(take.bounds) > 0).all()
    assert 0 == take.bounds[0] < take.bounds[-1] < 1
    assert 1.0 < len(take.samples) / NATIVE_RATE < 4.0


@pytest.mark.parametrize("voice", ["heart", "deep", "child"])
def test_a_hiss_is_heard_just_where_its_phoneme_is(desk: DeskContext, listen: Any, voice: Any) -> None:
    text = "A seat is asleep, we saw a castle aside, see a sofa."
    spoken = speak(desk, Speech(text=text, voice=voice, timings="phonemes"))
    sound = listen(spoken)[:, 0]

    frames = np.lib.stride_tricks.sliding_window_view(sound, 480)[::240] * np.hanning(480)
    hiss = np.square(np.abs(np.fft.rfft(frames, axis=1)[:, 45:])).sum(axis=1)
    times = (np.arange(len(hiss)) * 240 + 240) / RATE
    own = np.zeros(len(hiss), dtype=bool)
    for phoneme in spoken.phonemes:
        if phoneme.symbol == "s":
            own |= (times > phoneme.start_s) & (times < phoneme.end_s)

    late, early = (hiss[np.roll(own, shift)].sum() for shift in (12, -12))
    assert hiss[own].sum() > 1.3 * max(late, early)


def test_the_words_are_those_of_the_text_in_order_and_within_the_sound(desk: DeskContext, listen: Any) -> None:
    spoken = speak(desk, Speech(text=STORY))

    assert [word.text for word in spoken.words] == STORY.split()
    assert all(word.start_s < word.end_s for word in spoken.words)
    assert all(first.end_s <= second.start_s for first, second in pairwise(spoken.words))
    assert spoken.words[-1].end_s <= spoken.duration_s == pytest.approx(len(listen(spoken)) / RATE)
    assert spoken.assets[0].duration_s == spoken.duration_s


def test_a_word_is_heard_where_its_time_says_and_pauses_are_silent(desk: DeskContext, listen: Any) -> None:
    spoken = speak(desk, Speech(text=STORY))
    sound = listen(spoken)

    heard = [loudness_at(sound, word.start_s, word.end_s) for word in spoken.words if word.text != "—"]
    pauses = [(a.end_s, b.start_s) for a, b in pairwise(spoken.words) if b.start_s - a.end_s > 0.3]

    assert min(heard) > -38
    assert len(pauses) >= 3
    assert max(loudness_at(sound, start + 0.09, end - 0.09) for start, end in pauses) < -45


def test_a_number_takes_the_time_of_all_the_words_that_are_said_for_it(desk: DeskContext) -> None:
    spoken = speak(desk, Speech(text="She paid $9.99 for it in 2024, you know."))

    length = {word.text: word.end_s - word.start_s for word in spoken.words}

    assert length["$9.99"] > 1.2
    assert length["2024,"] > 0.7
    assert length["know."] < 0.7


def test_a_paragraph_makes_a_longer_pause_than_a_sentence(desk: DeskContext) -> None:
    words = speak(desk, Speech(text="The fox ran. The owl flew.\n\nThe bear slept.")).words

    sentence, paragraph = words[3].start_s - words[2].end_s, words[6].start_s - words[5].end_s

    assert 0.25 < sentence < 0.6
    assert paragraph > sentence + 0.25


def test_the_ends_hold_little_silence(desk: DeskContext, listen: Any) -> None:
    sound = listen(speak(desk, Speech(text="Good morning, little fox.")))[:, 0]

    loud = np.flatnonzero(np.abs(sound) > 0.02)

    assert 0.04 < loud[0] / RATE < 0.16
    assert 0.04 < (len(sound) - loud[-1]) / RATE < 0.2


@pytest.mark.parametrize("voice", get_args(contract.Voice))
def test_every_voice_is_leveled(desk: DeskContext, listen: Any, voice: Any) -> None:
    sound = listen(speak(desk, Speech(text="The mountain wind carried their laughter home.", voice=voice)))

    assert pyloudnorm.Meter(RATE).integrated_loudness(sound) == pytest.approx(-16, abs=0.5)
    assert true_peak(sound) <= -1.0


def test_every_voice_has_a_pitch_of_its_own(desk: DeskContext, listen: Any) -> None:
    text = "The mountain wind carried their laughter all the way home."
    names = ("deep", "narrator", "warm", "heart", "bright", "child")

    pitches = [pitch_of(listen(speak(desk, Speech(text=text, voice=name)))) for name in names]

    assert all(higher / lower > 1.07 for lower, higher in pairwise(pitches)), dict(zip(names, pitches, strict=True))


def test_speed_changes_the_length_and_not_the_pitch(desk: DeskContext, listen: Any) -> None:
    text = "The mountain wind carried their laughter all the way home."

    slow, fast = (speak(desk, Speech(text=text, speed=speed)) for speed in (0.7, 1.4))

    assert 1.6 < slow.duration_s / fast.duration_s < 2.4
    assert pitch_of(listen(slow)) == pytest.approx(pitch_of(listen(fast)), rel=0.12)


@pytest.mark.parametrize(
    ("name", "media_type", "magic"),
    [
        ("mp3", "audio/mpeg", b""),
        ("flac", "audio/flac", b"fLaC"),
        ("opus", "audio/ogg", b"OggS"),
        ("wav", "audio/wav", b"RIFF"),
    ],
)
def test_the_format_asked_for_is_written(desk: DeskContext, name: Any, media_type: str, magic: bytes) -> None:
    spoken = speak(desk, Speech(text="Good night.", format=name))

    assert (spoken.assets[0].media_type, spoken.assets[0].role) == (media_type, "speech")
    assert desk.open(spoken.assets[0].id).read_bytes().startswith(magic)


def test_the_phonemes_lie_within_their_words(desk: DeskContext) -> None:
    spoken = speak(desk, Speech(text="The quiet forest slept.", timings="phonemes"))

    inside = [
        any(w.start_s - 0.001 <= p.start_s and p.end_s <= w.end_s + 0.001 for w in spoken.words)
        for p in spoken.phonemes
    ]

    assert len(spoken.phonemes) > 12
    assert all(inside)


def test_a_sentence_too_long_for_one_breath_loses_no_word(desk: DeskContext) -> None:
    text = "the fox saw the owl and the owl saw the fox, and " * 20 + "then it was night."

    spoken = speak(desk, Speech(text=text))

    assert [word.text for word in spoken.words] == text.split()
    assert spoken.duration_s > 45
    assert len(desk.progressed) > 1


def test_what_cannot_be_pronounced_takes_no_time_and_is_not_lost(desk: DeskContext) -> None:
    spoken = speak(desk, Speech(text="Hello 你好 fox 🦊 ***"))

    assert [word.text for word in spoken.words] == ["Hello", "你好", "fox", "🦊", "***"]
    assert all(first.end_s <= second.start_s for first, second in pairwise(spoken.words))


@pytest.mark.parametrize("number", ["1" * 50, "9," * 40 + "9"])
def test_an_endless_number_is_read_digit_by_digit(desk: DeskContext, number: str) -> None:
    spoken = speak(desk, Speech(text=f"Pi is {number} or so."))

    assert [word.text for word in spoken.words] == ["Pi", "is", number, "or", "so."]
    assert spoken.words[2].end_s - spoken.words[2].start_s > 10


def test_a_text_that_no_english_voice_can_read_fails_for_good(desk: DeskContext) -> None:
    with pytest.raises(Permanent, match="pronounced"):
        speak(desk, Speech(text="你好 世界"))


def test_threads_share_the_model_and_get_the_same_sound(desk: DeskContext) -> None:
    def once(_: int) -> Spoken:
        folder = desk.workdir.parent / f"thread{_}"
        return speak(DeskContext(folder), Speech(text="The same words, the same sound."))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(once, range(8)))

    assert len({answer.assets[0].sha256 for answer in answers}) == 1
