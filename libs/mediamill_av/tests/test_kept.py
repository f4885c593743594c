from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mediamill.timeline import Timeline, assets_of
from mediamill_av.assemble import sources_of
from mediamill_av.kept import SUFFIX, Kept
from mediamill_av.plan import plan
from mediamill_av.render import Film, render

NAMES = {f"0190a5c8-7c1e-7000-8000-00000000000{n}": f"{name}.mp4" for n, name in enumerate(("counting", "red", "blue"))}
COUNTING, RED, BLUE = NAMES
TONE = "0190a5c8-7c1e-7000-8000-000000000009"
NAMES[TONE] = "tone.wav"


def film(media: Path, folder: Path, kept: Kept, *scenes: str, seconds: float = 2.0) -> Film:
    """Make a film of captioned scenes of one length, with cross-fades."""
    pictures: list[dict[str, Any]] = []
    captions: list[dict[str, Any]] = []
    for number, scene in enumerate(scenes):
        item = {"asset": scene, "start_s": number * (seconds - 0.5), "out_s": seconds}
        pictures.append(item | ({"transition_in": {"type": "fade", "seconds": 0.5}} if number else {}))
        captions.append({"text": f"it is {scene[-1]}", "start_s": item["start_s"] + 0.6, "out_s": 0.2})
    tracks = [{"type": "video", "items": pictures}, {"type": "captions", "items": captions}]
    tracks.append({"type": "audio", "items": [{"asset": TONE, "fade_out_s": 0.5}]})
    timeline = Timeline.model_validate(
        {"size": [320, 180], "fps": 30, "tracks": tracks, "output": {"quality": "draft"}}
    )
    files = {asset: media / NAMES[asset] for asset in assets_of(timeline)}
    folder.mkdir()
    return render(plan(timeline, sources_of(timeline, files), None), folder, kept=kept)


def test_a_changed_scene_is_made_and_no_other(media: Path, tmp_path: Path, look: Any) -> None:
    kept = Kept(tmp_path / "kept")
    first = film(media, tmp_path / "first", kept, RED, BLUE, RED, BLUE)

    again = film(media, tmp_path / "again", kept, RED, BLUE, RED, BLUE)
    changed = film(media, tmp_path / "changed", kept, RED, BLUE, COUNTING, BLUE)

    assert first.frames_known == 0
    assert (again.frames, again.frames_known) == (195, 195)
    assert again.path.read_bytes() == first.path.read_bytes()
    # The third scene and its two cross-fades.
    assert changed.frames - changed.frames_known == 15 + 30 + 15
    assert len(look.luma(changed.path)) == 195


def test_a_kept_segment_that_was_damaged_is_made_again(media: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    film(media, tmp_path / "first", kept, RED, BLUE)
    for path in (tmp_path / "kept").iterdir():
        path.unlink()
        path.write_bytes(b"not a film")

    again = film(media, tmp_path / "again", kept, RED, BLUE)

    assert (again.frames, again.frames_known) == (105, 0)


def test_what_was_used_last_stays_when_room_is_made(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept", most_bytes=1000)
    part = tmp_path / "part"
    for number, name in enumerate("abcd"):
        part.unlink(missing_ok=True)
        part.write_bytes(bytes(300))
        kept.give(name, part)
        if name != "d":
            os.utime(tmp_path / "kept" / f"{name}{SUFFIX}", (number, number))
    targets = {name: kept.take(name, tmp_path / f"{name}.out") for name in "abcd"}

    assert targets == {"a": False, "b": False, "c": True, "d": True}


@pytest.mark.parametrize("folder", ["gone", "full"])
def test_a_folder_that_fails_costs_time_and_no_film(tmp_path: Path, folder: str) -> None:
    kept = Kept(tmp_path / folder)
    (tmp_path / folder).rmdir()

    kept.give("key", tmp_path / "none")

    assert not kept.take("key", tmp_path / "target")
