from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediamill.timeline import Timeline
from mediamill_av.assemble import source_of, sources_of
from mediamill_av.packets import find_cuts
from mediamill_av.plan import plan
from mediamill_av.probe import probe
from mediamill_av.render import render

CLIP = "0190a5c8-7c1e-7000-8000-000000000001"


def alone(size: list[int]) -> Timeline:
    items = [{"asset": CLIP}]
    return Timeline.model_validate({"size": size, "fps": 30, "tracks": [{"type": "video", "items": items}]})


def test_a_clip_filmed_on_its_side_is_shown_upright(media: Path, tmp_path: Path, bench: Any, look: Any) -> None:
    halves = "color=c=white:s=320x180:r=30,format=yuv420p,geq=lum='if(lt(X,W/2),235,16)':cb=128:cr=128"
    flat = bench.make(tmp_path / "flat.mp4", *bench.lavfi(halves), "-t", "1", "-c:v", "libx264", "-f", "mp4")
    clip = bench.make(tmp_path / "clip.mp4", "-display_rotation", "90", "-i", str(flat), "-c", "copy", "-f", "mp4")

    found = probe(clip).video
    timeline = alone([180, 320])
    film = render(plan(timeline, {CLIP: source_of(clip, timeline, "it")}, None), tmp_path)

    assert found is not None
    assert (found.width, found.height, found.straight) == (180, 320, False)
    frame = look.frame(film.path)
    assert abs(float(frame[:140].mean()) - float(frame[180:].mean())) > 150
    assert film.frames_copied == 0


def test_what_an_edit_list_hides_stays_hidden(media: Path, tmp_path: Path, bench: Any, look: Any) -> None:
    cut = bench.make(tmp_path / "cut.mp4", "-ss", "1.5", "-i", str(media / "counting.mp4"), "-c", "copy", "-f", "mp4")
    timeline = alone([320, 180])

    film = render(plan(timeline, sources_of(timeline, {CLIP: cut}), None), tmp_path)

    seen = look.luma(film.path)
    assert find_cuts(cut, 30) is None
    assert len(seen) == 45
    assert np.abs(seen - (20 + 2 * np.arange(45, 90))).max() < 1.5


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("gif", ("-vf", "fps=10", "-f", "gif")),
        ("mkv", ("-c:v", "copy", "-f", "matroska")),
        ("webm without a length", ("-c:v", "libvpx", "-cpu-used", "8", "-f", "webm", "-live", "1")),
        ("mp4 with a time code", ("-c:v", "copy", "-timecode", "00:00:00:00", "-f", "mp4")),
        ("wide pixels", ("-vf", "setsar=4/3", "-c:v", "libx264", "-f", "mp4")),
        ("60 frames a second", ("-vf", "fps=60", "-c:v", "libx264", "-f", "mp4")),
    ],
)
def test_clips_of_all_sorts_fit_into_a_film(
    media: Path, tmp_path: Path, bench: Any, look: Any, name: str, arguments: tuple[str, ...]
) -> None:
    clip = bench.make(tmp_path / "clip", "-i", str(media / "counting.mp4"), *arguments)
    timeline = alone([160, 90])

    film = render(plan(timeline, sources_of(timeline, {CLIP: clip}), None), tmp_path)

    seen = look.luma(film.path)
    assert len(seen) == 90
    assert np.abs(seen[5:85] - (20 + 2 * np.arange(5, 85))).max() < 8.5


def test_a_song_with_a_cover_is_a_sound(media: Path, tmp_path: Path, bench: Any) -> None:
    song = bench.make(
        tmp_path / "song.mp3",
        *("-i", str(media / "noise.mp3"), "-i", str(media / "still.png"), "-map", "0", "-map", "1", "-c:a", "copy"),
        *("-c:v", "png", "-disposition:v", "attached_pic", "-id3v2_version", "3", "-f", "mp3"),
    )

    found = probe(song)

    assert found.video is None
    assert found.audio is not None


@pytest.mark.parametrize(("name", "coding"), [("jpg", "mjpeg"), ("png", "png"), ("webp", "libwebp")])
def test_pictures_are_stills(media: Path, tmp_path: Path, bench: Any, name: str, coding: str) -> None:
    source = ("-i", str(media / "still.png"))
    muxer = "webp" if name == "webp" else "image2pipe"
    picture = bench.make(tmp_path / "picture", *source, "-frames:v", "1", "-c:v", coding, "-f", muxer)

    found = probe(picture)

    assert found.still
    assert found.video is not None
    assert (found.video.width, found.video.height) == (400, 300)


def test_a_see_through_picture_lies_on_the_background(media: Path, tmp_path: Path, bench: Any, look: Any) -> None:
    half = bench.make(
        tmp_path / "half.png",
        *bench.lavfi("color=c=white:s=320x180,format=rgba,colorchannelmixer=aa=0.5"),
        *("-frames:v", "1", "-c:v", "png", "-f", "image2pipe"),
    )
    timeline = Timeline.model_validate(
        {
            "size": [320, 180],
            "background": "#0000ff",
            "tracks": [{"type": "image", "items": [{"asset": CLIP, "out_s": 1}]}],
        }
    )

    film = render(plan(timeline, sources_of(timeline, {CLIP: half}), None), tmp_path)

    assert np.abs(look.colours(film.path)[10] - (128, 128, 255)).max() < 12
