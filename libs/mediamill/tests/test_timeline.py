from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mediamill.timeline import Span, Timeline, assets_of, overlap_faults, placed_items

ONE, TWO = "0190a5c8-7c1e-7000-8000-000000000001", "0190a5c8-7c1e-7000-8000-000000000002"


def clip(start: float, length: float | None = 2.0, **more: Any) -> dict[str, Any]:
    return {"asset": ONE, "start_s": start, "out_s": length, **more}


def fade(seconds: float) -> dict[str, Any]:
    return {"type": "fade", "seconds": seconds}


def film(*tracks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"tracks": list(tracks), **more}


def video(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "video", "items": list(items), **more}


def complaints(value: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        Timeline.model_validate(value)
    return {".".join(map(str, error["loc"])): error["msg"] for error in refused.value.errors()}


def test_a_timeline_of_every_type_of_track_is_accepted() -> None:
    value = film(
        video(clip(0), clip(1.5, transition_in=fade(0.5))),
        {"type": "image", "items": [clip(0, 1, motion="zoom_in", fit="contain")]},
        {"type": "audio", "name": "voice", "items": [{"asset": TWO}]},
        {"type": "audio", "items": [{"asset": ONE, "loop": True, "duck": {"under": "voice"}}]},
        {"type": "captions", "items": [{"words": [{"text": "Hi", "start_s": 0.2, "end_s": 0.5}]}]},
        {"type": "text", "items": [{"text": "Title", "out_s": 2, "style": "title"}]},
        size="1280x720",
    )

    timeline = Timeline.model_validate(value)

    assert timeline.size == (1280, 720)
    assert timeline.track_names == ("video0", "image1", "voice", "audio3", "captions4", "text5")
    assert assets_of(timeline) == (ONE, TWO)
    assert [place.loc for place in placed_items(timeline, "audio")] == ["tracks.2.items.0", "tracks.3.items.0"]
    assert Timeline.model_validate_json(timeline.model_dump_json()) == timeline


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        (film(video(clip(0), clip(2), clip(4, 1, in_s=1.5))), "tracks.0.items.2", "before it starts"),
        (film(video(clip(0), clip(1.5))), "tracks.0.items.1", "overlaps the one before it by 0.5 s without"),
        (film(video(clip(0), clip(1, transition_in=fade(0.5)))), "tracks.0.items.1", "more than its transition"),
        (film(video(clip(0), clip(1, transition_in=fade(3)))), "tracks.0.items.1", "longer than the item itself"),
        (film(video(clip(0, 1), clip(0.5, 4, transition_in=fade(2)))), "tracks.0.items.1", "than the item before"),
        (
            film(video(clip(0), clip(1, 1.5, transition_in=fade(1)), clip(1.5, transition_in=fade(1)))),
            "tracks.0.items.2",
            "before the transition into the one before it has ended",
        ),
        (film(video(clip(0), {"text": "no", "out_s": 1})), "tracks.0.items.1", "needs an asset"),
        (film({"type": "text", "items": [clip(0)]}), "tracks.0.items.0", "needs a text"),
        (film({"type": "text", "items": [{"text": "endless"}]}), "tracks.0.items.0", "needs out_s"),
        (film({"type": "image", "items": [{"asset": ONE}]}), "tracks.0.items.0", "needs out_s"),
        (film(video({"start_s": 0})), "tracks.0.items.0", "needs an asset or a text"),
        (film(video({"asset": ONE, "text": "both"})), "tracks.0.items.0", "not both"),
        (film(video(clip(0, duck={"under": "choir"}))), "tracks.0.items.0.duck.under", "no track named 'choir'"),
        (film(video(clip(0, duck={"under": "video0"}))), "tracks.0.items.0.duck.under", "under itself"),
        (film(video(clip(0), name="a"), video(clip(0), name="a")), "tracks.1.name", "named 'a' already"),
        (film(video(clip(0, fade_in_s=1.5, fade_out_s=1))), "tracks.0.items.0", "fades are longer"),
        (film(video()), "tracks", "no item"),
        (film(), "tracks", "no item"),
        (film(*[video(*[clip(2 * n) for n in range(251)])] * 2), "tracks", "502 items, more than 500"),
        (film(video(clip(0)), size=[1281, 720]), "size", "even numbers"),
        (film(video(clip(0)), size=[62, 64]), "size", "even numbers"),
        (film(video(clip(0)), size=[5000, 720]), "size.0", "4096"),
        (film(video(clip(0)), fps=61), "fps", "60"),
        (film(video(clip(0)), fps=0), "fps", "1"),
        (film(video(clip(0)), background="red;drawtext"), "background", "pattern"),
        (film(video(clip(0, transition_in={"type": "cut", "seconds": 0.5}), clip(1, transition_in={"type": "cut"}))),
         "tracks.0.items.1", "without a transition"),
        (film({"type": "captions", "items": [{"words": [{"text": "x", "start_s": 2, "end_s": 1}]}]}),
         "tracks.0.items.0.words.0", "before it starts"),
        (film(video(clip(0, gain_db=90))), "tracks.0.items.0.gain_db", "24"),
        (film(video(clip(float("inf")))), "tracks.0.items.0.start_s", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_path(value: dict[str, Any], path: str, words: str) -> None:
    told = complaints(value)

    assert path in told
    assert words in told[path]


def test_every_faulty_item_is_named_at_once() -> None:
    told = complaints(film(video(clip(0), clip(1), clip(2))))

    assert set(told) == {"tracks.0.items.1", "tracks.0.items.2"}


def test_a_transition_may_lead_on_without_any_overlap() -> None:
    timeline = Timeline.model_validate(film(video(clip(0), clip(2, transition_in=fade(0.5)))))

    assert timeline.tracks[0].items[1].lead_s == 0.5


def test_items_in_any_order_are_checked_in_time() -> None:
    assert complaints(film(video(clip(1.5), clip(0)))).keys() == {"tracks.0.items.0"}


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_items_one_after_another_never_overlap(lengths: list[int]) -> None:
    starts = [sum(lengths[:index]) / 30 for index in range(len(lengths))]
    spans = [
        Span(number, start, start + length / 30, 0.0)
        for number, (start, length) in enumerate(zip(starts, lengths, strict=True))
    ]

    assert list(overlap_faults(spans)) == []


def test_the_module_loads_without_the_engine() -> None:
    code = (
        "import mediamill.timeline, sys; print([m for m in sys.modules if m.startswith('sqlalchemy') or m == 'celery'])"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.strip() == "[]"


def test_a_box_lies_inside_the_frame_and_only_pictures_have_one() -> None:
    beyond = film(video(clip(0, box={"x": 0.8, "y": 0, "width": 0.3, "height": 0.1})))
    sound = film({"type": "audio", "items": [{"asset": ONE, "opacity": 0.5}]})

    assert "beyond the frame" in complaints(beyond)["tracks.0.items.0.box"]
    assert "only pictures" in complaints(sound)["tracks.0.items.0"]
    assert Timeline.model_validate(film(video(clip(0, box={"x": 0.7, "y": 0.9, "width": 0.3, "height": 0.1}))))
