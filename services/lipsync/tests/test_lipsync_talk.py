"""Faces that talk, from the ask to the clip: exact, in step with the speech, and the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mediamill.contracts import Answer, MediaAnswer
from mediamill.processes import Stopped
from mediamill_media.lipsync.contract import Talk
from mediamill_media.lipsync.handlers import talk
from mediamill_media.lipsync.providers.take import Said
from mediamill_media.lipsync.speech.heard import hear, loudness
from mediamill_testing.desk import DeskContext


@pytest.mark.parametrize(("size", "fps"), [((192, 192), 15), ((160, 96), 24), ((96, 160), 10)])
def test_a_clip_is_as_long_as_its_speech_to_a_frame_in_the_size_that_was_asked_for(
    say: Any, troupe: Any, size: tuple[int, int], fps: int
) -> None:
    speech = troupe.speech()

    made, clip = say(speech, portrait=troupe.drawn(), phonemes=speech.phonemes, size=size, fps=fps)

    assert (made.frames, len(clip.frames), clip.rate) == (len(clip.frames), round(speech.seconds * fps), fps)
    assert clip.frames[0].shape == (size[1], size[0], 3)
    assert abs(made.duration_s - speech.seconds) <= 0.5 / fps + 1e-6
    assert (made.asset("clip").width, made.asset("clip").height) == size
    assert (made.shown, made.cues) == ("drawn", "phonemes")


@pytest.mark.parametrize("by", ["phonemes", "sound"])
def test_a_drawn_mouth_moves_with_its_sound(say: Any, troupe: Any, desk: DeskContext, by: str) -> None:
    speech = troupe.speech()

    made, clip = say(speech, portrait=troupe.drawn(), phonemes=speech.phonemes if by == "phonemes" else ())

    opened = clip.redness() / clip.redness().max()
    loud = loudness(hear(clip.path, desk.workdir).samples, 15, len(clip.frames))
    assert np.corrcoef(opened, loud)[0, 1] > 0.6
    assert opened[loud < 0.1].mean() < 0.1
    assert made.measured.correlation > 0.6
    assert abs(made.measured.offset_s) <= 0.1


def test_the_sound_of_a_clip_is_the_speech_at_its_own_times(say: Any, troupe: Any) -> None:
    speech = troupe.speech()

    _, clip = say(speech, portrait=troupe.drawn())

    said = np.frombuffer(speech.wav[44:], "<i2").astype(np.float64) / 32768
    length = min(len(said), len(clip.sound))
    around = [float(np.dot(np.roll(clip.sound, lag)[:length], said[:length])) for lag in range(-480, 481, 8)]
    assert abs(range(-480, 481, 8)[int(np.argmax(around))]) <= 48


def test_a_photo_talks_and_what_was_measured_on_it_is_told(say: Any, troupe: Any) -> None:
    speech = troupe.speech()

    made, clip = say(speech, portrait=troupe.photo(), phonemes=speech.phonemes)

    assert (made.shown, len(clip.frames)) == ("photo", round(speech.seconds * 15))
    assert made.measured.openness > 0.2
    assert made.measured.correlation > 0.5
    assert abs(made.measured.offset_s) <= 0.15


def test_a_clip_says_something_else_and_is_played_back_and_forth_where_it_is_shorter(
    say: Any, troupe: Any, desk: DeskContext
) -> None:
    speech = troupe.speech()
    _, shown = say(troupe.speech(3), portrait=troupe.photo(160), liveliness=2.0)

    made, clip = say(speech, clip=shown.path.read_bytes(), phonemes=speech.phonemes)

    assert (made.shown, len(clip.frames)) == ("clip", round(speech.seconds * 15))
    assert clip.frames[0].shape == (160, 160, 3)
    assert made.measured.correlation > 0.5
    brow = [frame[:60].astype(int) for frame in clip.frames]
    turn = len(shown.frames)
    assert np.abs(brow[turn - 4] - brow[turn + 3]).mean() < 1.5


def test_the_same_ask_gives_the_same_bytes_and_another_seed_another_head(say: Any, troupe: Any) -> None:
    speech = troupe.speech(3)
    made = [say(speech, portrait=troupe.drawn(96), seed=seed)[0].asset("clip").sha256 for seed in (1, 1, 2)]

    assert made[0] == made[1] != made[2]


def test_a_still_head_keeps_everything_but_its_mouth(say: Any, troupe: Any) -> None:
    _, clip = say(troupe.speech(3), portrait=troupe.drawn(), liveliness=0)

    moved = np.max([np.abs(frame.astype(int) - clip.frames[0]).max(axis=2) for frame in clip.frames], axis=0) > 70
    rows, columns = np.nonzero(moved)
    assert rows.min() > 96
    assert 60 < columns.min() <= columns.max() < 132


def test_progress_is_told_frame_by_frame(say: Any, troupe: Any, desk: DeskContext) -> None:
    made, _ = say(troupe.speech(3), portrait=troupe.drawn(96))

    told = [told for told in desk.progressed if told[2] and told[2].startswith("frame")]
    assert [current for current, _, _ in told] == [*range(0, made.frames, 15), made.frames]


class Reading(DeskContext):
    """A desk whose child jobs read aloud: they answer as audio.speech does."""

    asked: dict[str, Any]
    speech: Any

    def run(self, kind: str, input: Any) -> Answer:
        self.asked = {"kind": kind, **input}
        asset = self.save(self.speech.wav, "audio/wav", role="speech")
        return Said(assets=(asset,), phonemes=self.speech.phonemes)


def test_a_text_is_read_by_a_child_job_whose_phonemes_move_the_mouth(tmp_path: Any, troupe: Any) -> None:
    desk = Reading(tmp_path)
    desk.speech = troupe.speech(3)
    portrait = desk.save(troupe.drawn(96), "image/png").id

    made = talk(desk, Talk(portrait=portrait, text="Ma ma ma.", voice="child", fps=15))

    assert desk.asked == {"kind": "audio.speech", "text": "Ma ma ma.", "voice": "child", "timings": "phonemes"}
    assert made.cues == "phonemes"
    assert isinstance(made, MediaAnswer)


class Leaving(DeskContext):
    """A desk whose job is stopped after a second of film."""

    def progress(self, current: float, total: float, message: str | None = None) -> None:
        if current >= 15:
            raise Stopped


def test_a_stopped_job_leaves_no_clip_behind(tmp_path: Any, troupe: Any) -> None:
    desk = Leaving(tmp_path)
    portrait, speech = desk.save(troupe.drawn(96), "image/png").id, desk.save(troupe.speech().wav, "audio/wav").id

    with pytest.raises(Stopped):
        talk(desk, Talk(portrait=portrait, speech=speech, fps=15))

    assert {path.name for path in desk.workdir.iterdir()} == {"speech.f32"}
