from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mediamill.errors import BadMedia, Permanent
from mediamill_av.house import video_arguments
from mediamill_av.runner import Command, run
from mediamill_media.merge.contract import Compose, Composed, Concat, Joined
from mediamill_media.merge.handlers import compose, concat
from mediamill_testing.desk import DeskContext

Clip = Callable[..., str]


@pytest.fixture
def clip(desk: DeskContext, tmp_path: Path) -> Clip:
    """Keeps a new asset of one colour, or of any other source."""

    def save(source: str, seconds: float = 1.0, *coding: str) -> str:
        path = tmp_path / "clip"
        coding = coding or (*video_arguments(30), "-f", "mp4")
        arguments = ("-f", "lavfi", "-i", source, "-t", str(seconds), *coding)
        run(Command(what="make a clip", arguments=arguments, output=path, foreign=False))
        return desk.save(path, "video/mp4").id

    return save


def colour(name: str, size: str = "320x180", rate: int = 30) -> str:
    return f"color=c={name}:s={size}:r={rate}"


def frames(desk: DeskContext, answer: Joined | Composed) -> np.ndarray[Any, Any]:
    with av.open(str(desk.open(answer.asset("film").id))) as film:
        return np.array([frame.to_ndarray(format="rgb24").mean(axis=(0, 1)) for frame in film.decode(video=0)])


def test_clips_alike_are_joined_without_coding_again(desk: DeskContext, clip: Clip) -> None:
    clips = (clip(colour("red")), clip(colour("blue"), 2), clip(colour("red"), 0.5))

    joined = concat(desk, Concat(clips=clips))

    seen = frames(desk, joined)
    assert (joined.copied, joined.duration_s, len(seen)) == (True, 3.5, 105)
    assert [int(row.argmax()) for row in seen[[0, 29, 30, 89, 90, 104]]] == [0, 0, 2, 2, 0, 0]


def test_clips_of_other_sizes_and_rates_are_made_alike(desk: DeskContext, clip: Clip) -> None:
    clips = (clip(colour("red")), clip(colour("blue", "200x200", 25)))

    joined = concat(desk, Concat(clips=clips, size="160x90", fps=24))

    film = joined.asset("film")
    assert (joined.copied, film.width, film.height) == (False, 160, 90)
    assert len(frames(desk, joined)) == 48


def test_a_transition_overlaps_the_clips(desk: DeskContext, clip: Clip) -> None:
    joined = concat(
        desk, Concat(clips=(clip(colour("red")), clip(colour("blue"))), transition={"type": "fade", "seconds": 0.5})
    )

    middle = frames(desk, joined)[22]
    assert joined.duration_s == 1.5
    assert abs(middle[0] - middle[2]) < 30


def test_a_transition_longer_than_a_clip_is_refused(desk: DeskContext, clip: Clip) -> None:
    ask = Concat(clips=(clip(colour("red")), clip(colour("blue"))), transition={"type": "fade", "seconds": 3})

    with pytest.raises(Permanent, match=r"clips\.1: .*longer"):
        concat(desk, ask)


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"#EXTM3U\nhttp://127.0.0.1/a.ts\n"])
def test_what_is_no_clip_is_named(desk: DeskContext, clip: Clip, content: bytes) -> None:
    bad = desk.save(content, "video/mp4").id

    with pytest.raises(BadMedia, match=r"clips\.1"):
        concat(desk, Concat(clips=(clip(colour("red")), bad)))


def test_a_timeline_gives_a_film_a_poster_and_captions(desk: DeskContext, clip: Clip) -> None:
    picture = clip("testsrc2=s=400x300", 0.04, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png")
    sound = clip("sine=f=300:r=44100", 3, "-c:a", "libmp3lame", "-f", "mp3")
    words = [
        {"text": word, "start_s": 0.5 + n / 4, "end_s": 0.7 + n / 4} for n, word in enumerate("so it was told".split())
    ]
    ask = Compose.model_validate(
        {
            "timeline": {
                "size": [180, 320],
                "fps": 15,
                "tracks": [
                    {"type": "image", "items": [{"asset": picture, "out_s": 3, "motion": "zoom_in"}]},
                    {"type": "text", "items": [{"text": "A Tale", "out_s": 1}]},
                    {"type": "captions", "items": [{"words": words}]},
                    {"type": "audio", "items": [{"asset": sound, "fade_out_s": 0.5}]},
                ],
                "output": {"quality": "draft"},
            }
        }
    )

    made = compose(desk, ask)

    film, poster, captions = (made.asset(role) for role in ("film", "poster", "captions"))
    assert (made.frames, made.duration_s, made.captions) == (45, 3, captions.id)
    assert made.lufs is not None
    assert abs(made.lufs + 16) <= 0.5
    assert (film.media_type, film.width, film.height, film.duration_s) == ("video/mp4", 180, 320, 3)
    assert desk.open(poster.id).read_bytes().startswith(b"\xff\xd8")
    assert desk.open(captions.id).read_text() == "WEBVTT\n\n00:00:00.500 --> 00:00:01.800\nso it was told\n"
    assert desk.progressed[-1][0] == desk.progressed[-1][1]
    assert [current for current, _, _ in desk.progressed] == sorted(current for current, _, _ in desk.progressed)


def test_an_item_without_a_fitting_asset_is_named(desk: DeskContext, clip: Clip) -> None:
    silent = clip(colour("red"))
    ask = Compose.model_validate({"timeline": {"tracks": [{"type": "audio", "items": [{"asset": silent}]}]}})

    with pytest.raises(Permanent, match=r"tracks\.0\.items\.0: the asset has no sound"):
        compose(desk, ask)


@pytest.mark.parametrize("ask", [Concat, Compose])
def test_the_examples_fit_their_own_contract(ask: type[Concat | Compose]) -> None:
    examples = ask.model_json_schema()["examples"]

    assert [ask.model_validate(example) for example in examples]
