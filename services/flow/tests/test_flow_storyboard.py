"""When everything happens in a film."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediamill.timeline import Timeline
from mediamill_media.flow.contract import Film
from mediamill_products.filming.cut import Parts, timeline
from mediamill_products.filming.reads import Speech
from mediamill_products.filming.storyboard import CROSSFADE_S, storyboard

LENGTHS = st.lists(st.floats(0.5, 30), min_size=1, max_size=24)
ASSET = "018f0000-0000-7000-8000-00000000000{}"


def speech(seconds: float) -> Speech:
    asset = {"id": ASSET.format(1), "role": "speech", "media_type": "audio/wav", "bytes": 1, "sha256": "0"}
    words = [
        {"text": "Hello", "start_s": 0.1, "end_s": seconds / 2},
        {"text": "you.", "start_s": seconds / 2, "end_s": seconds},
    ]
    return Speech.model_validate({"assets": [asset], "duration_s": seconds, "words": words})


@given(LENGTHS, st.sampled_from([24, 25, 30, 60]))
def test_nobody_speaks_during_a_cross_fade_or_over_somebody_else(lengths: list[float], fps: int) -> None:
    shots = storyboard(lengths, fps)

    for index, (shot, spoken) in enumerate(zip(shots, lengths, strict=True)):
        assert shot.speech_at_s >= shot.start_s + (CROSSFADE_S if index else 0) - 1 / fps
        assert shot.speech_at_s + spoken <= shot.end_s - 1 / fps
    for before, after in pairwise(shots):
        assert before.end_s - after.start_s == pytest.approx(CROSSFADE_S, abs=1 / fps)


@given(LENGTHS, st.sampled_from([24, 25, 30, 60]), st.sampled_from(["burned", "off"]))
def test_the_timeline_of_any_narration_is_one_that_merge_accepts(lengths: list[float], fps: int, captions: str) -> None:
    ask = Film.model_validate({"brief": "x", "fps": fps, "captions": captions})
    shots = storyboard(lengths, fps)
    parts = Parts("A title", shots, [ASSET.format(2)] * len(shots), [speech(s) for s in lengths], ASSET.format(3))

    declared = Timeline.model_validate(timeline(parts, ask.size, ask.fps, captions=ask.captions == "burned"))

    assert {track.type for track in declared.tracks} >= {"video", "audio", "text"}
    assert any(track.type == "captions" for track in declared.tracks) is (captions == "burned")


def test_an_odd_size_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="even number"):
        Film.model_validate({"brief": "x", "size": "721x480"})
