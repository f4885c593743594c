from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediamill.errors import Permanent
from mediamill.timeline import Timeline
from mediamill_av.layers import Blend, Solo
from mediamill_av.packets import Cuts
from mediamill_av.plan import Plan, plan
from mediamill_av.probe import Probe, Stream
from mediamill_av.sources import Source

CLIP, STILL, TONE = (f"0190a5c8-7c1e-7000-8000-00000000000{number}" for number in (1, 2, 3))
PICTURE = Stream(type="video", codec="h264", width=320, height=180, fps=30.0, frames=120, pixel_format="yuv420p")
SOUND = Stream(type="audio", codec="aac", sample_rate=48_000, channels=2)
SOURCES = {
    CLIP: Source(
        Path("clip.mp4"),
        Probe(format="mov", duration_s=4.0, streams=(PICTURE,)),
        Cuts(120, (0, 30, 60, 90), "house"),
    ),
    STILL: Source(Path("still.png"), Probe(format="png_pipe", duration_s=None, streams=(PICTURE,))),
    TONE: Source(Path("tone.wav"), Probe(format="wav", duration_s=10.0, streams=(SOUND,))),
}


def planned(*tracks: dict[str, Any], **more: Any) -> Plan:
    timeline = Timeline.model_validate({"size": [320, 180], "fps": 30, "tracks": list(tracks), **more})
    return plan(timeline, SOURCES, -16.0)


def video(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "video", "items": list(items)}


def clip(start: float, lead: float = 0.0, **more: Any) -> dict[str, Any]:
    transition = {"transition_in": {"type": "fade", "seconds": lead}} if lead else {}
    return {"asset": CLIP, "start_s": start, **transition, **more}


def test_clips_with_cuts_are_copied_whole() -> None:
    made = planned(video(clip(0), clip(4), clip(8)))

    assert (made.frames, made.frames_copied) == (360, 360)
    assert [window.copy and (window.copy.first, window.copy.last) for window in made.windows] == [(0, 120)] * 3


def test_only_frames_around_a_fade_are_made() -> None:
    made = planned(video(clip(0), clip(3.5, 0.5)))

    told = [(window.first, window.frames, window.copy is not None) for window in made.windows]
    assert told == [(0, 90, True), (90, 15, False), (105, 15, False), (120, 15, False), (135, 90, True)]


def test_only_frames_around_a_text_are_made() -> None:
    made = planned(video(clip(0), clip(4)), {"type": "text", "items": [{"text": "Hi", "start_s": 1.5, "out_s": 1}]})

    told = [(window.first, window.frames, window.copy is not None, window.subtitled) for window in made.windows]
    assert told == [(0, 30, True, False), (30, 60, False, True), (90, 30, True, False), (120, 120, True, False)]


def test_a_long_window_is_made_in_pieces() -> None:
    made = planned(video({"asset": STILL, "out_s": 17}))

    assert [window.frames for window in made.windows] == [150, 150, 210]


def test_a_trimmed_clip_is_copied_between_its_cuts() -> None:
    made = planned(video(clip(0, in_s=0.5, out_s=3.5)))

    assert [(window.frames, window.copy and window.copy.first) for window in made.windows] == [
        (15, None),
        (60, 30),
        (15, None),
    ]


def test_what_changes_a_picture_keeps_it_from_being_copied() -> None:
    assert planned(video(clip(0, fade_in_s=1, fade_out_s=0.5))).frames_copied == 60
    assert planned(video(clip(0)), size=[640, 360]).frames_copied == 0
    assert planned(video(clip(0)), video({"asset": STILL, "out_s": 4})).frames_copied == 0


def test_a_first_transition_comes_out_of_the_background() -> None:
    made = planned(video(clip(1, 0.5)))

    assert made.windows[0].parts == ()
    segment = made.windows[1].parts[0].segment
    assert isinstance(segment, Blend)
    assert segment.before is None


def test_layers_split_windows_and_keep_their_order() -> None:
    made = planned(video(clip(0)), {"type": "image", "items": [{"asset": STILL, "start_s": 1, "out_s": 1}]})

    assert [(window.first, window.frames, len(window.parts)) for window in made.windows] == [
        (0, 30, 1),
        (30, 30, 2),
        (60, 60, 1),
    ]
    assert [part.layer for part in made.windows[1].parts] == [0, 1]


@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 30)), min_size=1, max_size=12), st.sampled_from([24, 30, 60])
)
def test_windows_cover_every_frame_once(clips: list[tuple[int, int]], fps: int) -> None:
    items, at, longest = [], 0, 0
    for frames, wish in clips:
        lead = min(wish, frames // 2, longest // 2)
        items.append({"asset": STILL, "start_s": (at - lead) / fps, "out_s": frames / fps})
        items[-1]["transition_in"] = {"type": "wipe", "seconds": lead / fps}
        at, longest = at - lead + frames, frames

    made = planned(video(*items), fps=fps)

    assert made.windows[0].first == 0
    assert all(before.end == after.first for before, after in pairwise(made.windows))
    assert made.windows[-1].end == made.frames == at


def test_a_film_ends_with_its_last_picture_unless_told_otherwise() -> None:
    music = {"type": "audio", "items": [{"asset": TONE}]}

    assert planned(video(clip(0)), music).duration_s == 4
    assert planned(music).duration_s == 10
    assert planned(video(clip(0)), music, seconds=6.5).duration_s == 6.5


def test_sounds_are_cut_looped_and_ducked_on_the_grid_of_samples() -> None:
    made = planned(
        video(clip(0), clip(4), clip(8)),
        {"type": "audio", "name": "voice", "items": [{"asset": TONE, "start_s": 1, "in_s": 2, "out_s": 5}]},
        {"type": "audio", "items": [{"asset": TONE, "loop": True, "duck": {"under": "voice", "by_db": 12}}]},
    )

    assert made.sound is not None
    voice, music = made.sound.cues
    assert (voice.first, voice.samples, voice.from_s) == (48_000, 144_000, 2)
    assert (music.samples, music.source_samples) == (12 * 48_000, 10 * 48_000)
    assert music.ducking is not None
    assert (music.ducking.under, music.ducking.by_db) == (1, 12)


def test_a_silent_film_has_no_sound_plan() -> None:
    assert planned(video(clip(0))).sound is None


@pytest.mark.parametrize(
    ("tracks", "told"),
    [
        ([video(clip(0), clip(3.9))], "tracks.0.items.1: the item overlaps"),
        ([video(clip(0, in_s=4.5))], "tracks.0.items.0: the item starts at 4.5 s"),
        ([video({"asset": TONE})], "tracks.0.items.0: the asset has no picture"),
        ([video(clip(0)), {"type": "audio", "items": [{"asset": CLIP}]}], "tracks.1.items.0: the asset has no sound"),
        ([video({"asset": STILL})], "tracks.0.items.0: a still picture needs out_s"),
        ([video({"asset": CLIP.replace("1", "9")})], "tracks.0.items.0: there is no asset"),
    ],
)
def test_assets_that_do_not_fit_are_refused_with_their_path(tracks: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(Permanent, match=told) as refused:
        planned(*tracks)

    assert refused.value.errors[0][0][:2] == ["timeline", "tracks"]


def test_a_shot_alone_begins_after_its_transition() -> None:
    made = planned(video(clip(0), clip(3, 1.0)))

    solo = made.windows[-1].parts[0].segment
    assert isinstance(solo, Solo)
    assert solo.first == 120
