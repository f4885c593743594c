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


@given(LENGTHS, st.sampled_from([24, 25, 30, 60]), st.sampled_from(["burned", "soft", "off"]))
def test_the_timeline_of_any_narration_is_one_that_merge_accepts(lengths: list[float], fps: int, captions: str) -> None:
    ask = Film.model_validate({"brief": "x", "fps": fps, "captions": captions})
    shots = storyboard(lengths, fps)
    parts = Parts("A title", shots, [ASSET.format(2)] * len(shots), [speech(s) for s in lengths], ASSET.format(3))

    declared = Timeline.model_validate(timeline(parts, ask.size, ask.fps, captions=ask.captions))

    assert {track.type for track in declared.tracks} >= {"video", "audio", "text"}
    assert any(track.type == "captions" for track in declared.tracks) is (captions != "off")
    assert declared.output.captions == ("soft" if captions == "soft" else "burned")


def test_an_odd_size_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="even number"):
        Film.model_validate({"brief": "x", "size": "721x480"})


@given(LENGTHS, st.floats(0.5, 30), st.sampled_from([24, 25, 30, 60]))
def test_scenes_after_a_longer_one_keep_their_frames_and_their_words(
    lengths: list[float], other: float, fps: int
) -> None:
    before, after = storyboard([2.0, *lengths], fps), storyboard([other, *lengths], fps)

    for one, moved in zip(before[1:], after[1:], strict=True):
        shift = moved.start_s - one.start_s
        assert moved.length_s == pytest.approx(one.length_s, abs=1e-6)
        assert moved.speech_at_s - one.speech_at_s == pytest.approx(shift, abs=1e-6)
        assert shift * fps == pytest.approx(round(shift * fps), abs=1e-4)
        assert shift * 100 == pytest.approx(round(shift * 100), abs=1e-3)


def test_changes_of_scenes_lie_on_top_of_those_before() -> None:
    before = Film.model_validate(
        {"brief": "x", "changes": [{"scene": 2, "narration": "Old."}, {"scene": 4, "seed": 1}]}
    ).model_dump(mode="json")

    after = Film.revised(before, {"changes": [{"scene": 2, "image_prompt": "a fox"}, {"scene": 5, "seed": 3}]})

    changes = {change.scene: change for change in Film.model_validate(after).changes}
    assert {scene: change.seed for scene, change in changes.items()} == {2: None, 4: 1, 5: 3}
    assert (changes[2].narration, changes[2].image_prompt) == ("Old.", "a fox")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([{"scene": 6, "seed": 1}], "no scene 6; the film has 5"),
        ([{"scene": 1}], "one of narration, image_prompt and seed"),
        ([{"scene": 1, "seed": 1}, {"scene": 1, "seed": 2}], "changed twice"),
        (["the third"], "SceneChange"),
    ],
)
def test_a_change_of_no_scene_is_refused(changes: list[object], told: str) -> None:
    before = Film.model_validate({"brief": "x"}).model_dump(mode="json")

    with pytest.raises(ValueError, match=told):
        Film.model_validate(Film.revised(before, {"changes": changes}))
