"""What the ear of this machine writes down, and when it says that each word is heard."""

from __future__ import annotations

import difflib
import re
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediamill.errors import BadMedia, Permanent
from mediamill_media.audio.contract import Duck, Mix, Music, Speech, Spoken, Track, Transcribe, Transcribed
from mediamill_media.audio.handlers import mix, play, speak, transcribe
from mediamill_media.audio.hearing import portions as portioning
from mediamill_media.audio.hearing.portions import RATE, portions
from mediamill_media.audio.hearing.words import Said, on_time, sentences, told, whole
from mediamill_media.audio.signal import RATE as FULL
from mediamill_testing.desk import DeskContext

TEXT = "Luna, a little silver robot, lives at the edge of a snowy forest. One night she finds an old lantern."
BEGIN_S, LENGTH_S = 1.5, 9.0


@pytest.fixture(scope="module")
def desk_of_all(tmp_path_factory: pytest.TempPathFactory) -> DeskContext:
    return DeskContext(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def spoken(desk_of_all: DeskContext) -> Spoken:
    return speak(desk_of_all, Speech(text=TEXT, speed=0.95))


@pytest.fixture(scope="module")
def heard(desk_of_all: DeskContext, spoken: Spoken) -> Transcribed:
    """What is heard of a voice that begins after 1.5 s over music, as a film has it."""
    music = play(desk_of_all, Music(mood="calm", seconds=LENGTH_S))
    tracks = (
        Track(name="voice", asset=spoken.assets[0].id, start_s=BEGIN_S),
        Track(name="music", asset=music.assets[0].id, gain_db=-9, duck=Duck(under="voice", by_db=9)),
    )
    mixed = mix(desk_of_all, Mix(tracks=tracks, seconds=LENGTH_S, format="mp3"))
    return transcribe(desk_of_all, Transcribe(audio=mixed.assets[0].id))


def letters(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def test_speech_over_music_is_written_down_word_for_word(heard: Transcribed) -> None:
    assert [letters(word.text) for word in heard.words] == [letters(word) for word in TEXT.split()]
    assert heard.text == " ".join(word.text for word in heard.words)
    assert (heard.language, heard.duration_s) == ("en", pytest.approx(LENGTH_S, abs=0.1))


def test_every_word_is_heard_about_when_the_voice_said_it(heard: Transcribed, spoken: Spoken) -> None:
    matched = difflib.SequenceMatcher(
        None, [letters(w.text) for w in heard.words], [letters(w.text) for w in spoken.words], autojunk=False
    ).get_matching_blocks()
    off = [
        abs(heard.words[block.a + n].start_s - spoken.words[block.b + n].start_s - BEGIN_S)
        for block in matched
        for n in range(block.size)
    ]

    assert len(off) == len(spoken.words)
    assert float(np.median(off)) < 0.08
    assert float(np.percentile(off, 90)) < 0.2


def test_sentences_hold_all_words_as_captions_would_show_them(heard: Transcribed) -> None:
    assert " ".join(sentence.text for sentence in heard.sentences) == heard.text
    assert [sentence.text[-1] for sentence in heard.sentences] == [".", "."]
    assert heard.sentences[0].start_s == heard.words[0].start_s


def test_nothing_is_made_up_of_music_and_of_silence(desk: DeskContext, record: Any) -> None:
    music = play(desk, Music(mood="happy", seconds=6))
    silence = record(np.zeros((2 * FULL, 1), np.float32))

    for audio in (music.assets[0].id, silence):
        assert transcribe(desk, Transcribe(audio=audio)).words == ()


def test_another_language_and_a_file_without_sound_are_refused_by_their_field(desk: DeskContext) -> None:
    picture = desk.save(b"\x89PNG\r\n\x1a\n nothing", "image/png").id

    with pytest.raises(Permanent, match=r"input\.language.*'de'"):
        transcribe(desk, Transcribe(audio=picture, language="de"))
    with pytest.raises(BadMedia, match=r"input\.audio"):
        transcribe(desk, Transcribe(audio=picture))


def test_a_recording_longer_than_is_heard_is_refused_and_not_cut(desk: DeskContext, tmp_path: Path) -> None:
    path = tmp_path / "endless.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 1000, 0, "NONE", ""))
        file.writeframes(b"\x80" * 1000 * 1802)

    with pytest.raises(Permanent, match=r"input\.audio .*the most that is heard"):
        transcribe(desk, Transcribe(audio=desk.save(path, "audio/wav").id))


def test_a_long_recording_is_cut_where_it_is_quietest_and_no_sample_is_lost() -> None:
    noise = np.random.default_rng(3).standard_normal(500 * RATE, dtype=np.float32)
    for second in (200, 390):
        noise[second * RATE : (second + 1) * RATE] *= 0.01

    cut = list(portions(noise))

    assert [200 <= begin <= 201 or 390 <= begin <= 391 for begin, _ in cut[1:]] == [True, True]
    assert np.array_equal(np.concatenate([part for _, part in cut]), noise)
    assert max(len(part) for _, part in cut) <= portioning.LONGEST_S * RATE


def test_pieces_of_a_word_are_joined_and_times_stay_in_order_inside_the_recording() -> None:
    said = [
        Said(" Luna", 0.1, 0.5),
        Said("'s", 0.5, 0.6),
        Said(" lamp.", 0.4, 0.3),
        Said(" ", 1, 1),
        Said(" Yes", 2, 9),
    ]

    words = told(whole(said), 3.0)

    assert [word.text for word in words] == ["Luna's", "lamp.", "Yes"]
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[-1] == 3.0
    assert [sentence.text for sentence in sentences(words)] == ["Luna's lamp.", "Yes"]


def test_a_first_word_does_not_begin_in_the_pause_before_it() -> None:
    (first, second) = on_time([Said("Luna", 0.2, 1.6), Said("runs", 1.6, 2.0)])

    assert first.start_s > 0.9
    assert second.start_s == pytest.approx(1.52)


def test_what_is_empty_has_no_words_and_no_sentences() -> None:
    assert [len(part) for _, part in portions(np.zeros(0, np.float32))] == [0]
    assert sentences(told((), 1.0)) == ()
