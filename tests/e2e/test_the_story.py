"""Storymaker's walk-through, as its README has it: it ends in a film, which is measured and looked at."""

from __future__ import annotations

import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from mediamill_testing.stacks import Stack, until

pytestmark = pytest.mark.xdist_group("stack")

HERE = 320, 240


def walk_through(product: str) -> str:
    readme = files(f"mediamill_products.{product}").joinpath("README.md").read_text()
    (script,) = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    return str(script)


def walk(stack: Stack, product: str, folder: Path) -> None:
    """Do what the README of a product says, in a folder."""
    env = {**stack.env, "URL": stack.url, "KEY": stack.key}
    script = f"set -euo pipefail\n{walk_through(product)}"
    done = subprocess.run(
        ["bash", "-c", script], env=env, cwd=folder, capture_output=True, text=True, timeout=150, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.fixture(scope="module")
def told(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The film of the walk-through, and the jobs that it took."""
    folder = tmp_path_factory.mktemp("story")
    walk(stack, "storymaker", folder)
    jobs = stack.sql("SELECT id, kind, input, output FROM jobs WHERE kind LIKE 'flow.story%%' ORDER BY id")
    return folder / "film.mp4", jobs


def test_every_step_was_a_job_of_its_own(told: tuple[Path, list[dict[str, Any]]]) -> None:
    kinds = [job["kind"] for job in told[1]]

    steps = ["flow.story_script", "flow.story_character", "flow.story_scenes", "flow.story_clips", "flow.story"]
    assert kinds == steps


def test_the_film_is_as_large_and_long_as_told_and_as_loud_as_promised(
    told: tuple[Path, list[dict[str, Any]]],
) -> None:
    path, jobs = told
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        seconds = float(container.duration or 0) / av.time_base

        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == HERE
    assert seconds == pytest.approx(jobs[-1]["output"]["duration_s"], abs=0.05)
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path), "-af", "ebur128", "-f", "null", "-"]
    measured = subprocess.run(argv, capture_output=True, text=True, check=True).stderr
    assert float(re.findall(r"I:\s+(-?[\d.]+) LUFS", measured)[-1]) == pytest.approx(-16, abs=1)


def test_the_film_has_the_chosen_scenes_in_their_order_and_says_their_words(
    stack: Stack, told: tuple[Path, list[dict[str, Any]]]
) -> None:
    written, cut = told[1][0]["output"]["scenes"], told[1][-1]["output"]
    captions = next(asset["id"] for asset in cut["assets"] if asset["role"] == "captions")
    with stack.client() as client:
        shown = client.get(f"/v1/assets/{captions}/content").text

    spoken = " ".join(line for line in shown.splitlines()[1:] if line and "-->" not in line and not line.isdigit())
    assert [scene["scene_number"] for scene in cut["scenes"]] == [2, 1]
    assert re.sub(r"<[^>]+>", "", spoken).split() == f"{written[1]['narration']} {written[0]['narration']}".split()


def test_the_character_is_drawn_as_it_looks_in_every_scene_that_it_is_in(
    stack: Stack, told: tuple[Path, list[dict[str, Any]]]
) -> None:
    character, scenes = (next(j for j in told[1] if j["kind"] == f"flow.story_{k}") for k in ("character", "scenes"))
    drawn = stack.sql("SELECT input FROM jobs WHERE parent_id = %(id)s", id=scenes["id"])

    assert all(job["input"]["references"] == character["output"]["references"] for job in drawn)
    assert all(job["input"]["prompt"].count("Luna") == 1 for job in drawn)
    assert not any("robot" in job["input"]["prompt"] for job in drawn)


def test_its_pictures_move_and_no_two_scenes_are_the_same(told: tuple[Path, list[dict[str, Any]]]) -> None:
    path, jobs = told
    middles = [scene["start_s"] + scene["seconds"] / 2 for scene in jobs[-1]["output"]["scenes"]]

    first, second = (frame_at(path, at) for at in middles)

    assert np.abs(first - second).mean() > 4
    assert 0.1 < np.abs(first - frame_at(path, middles[0] + 0.7)).mean() < 40


def test_the_same_film_again_is_there_at_once(stack: Stack, told: tuple[Path, list[dict[str, Any]]]) -> None:
    asked, made = told[1][-1]["input"], told[1][-1]["output"]

    again = stack.submit("flow.story", asked, cache="reuse")

    assert again["state"] == "succeeded"
    assert again["output"]["assets"][0]["id"] == made["assets"][0]["id"]


def test_a_clip_that_is_too_short_for_its_words_plays_again_and_a_silent_scene_is_as_long_as_its_clip(
    stack: Stack, told: tuple[Path, list[dict[str, Any]]]
) -> None:
    picture = next(j for j in told[1] if j["kind"] == "flow.story_scenes")["output"]["scenes"][0]["image"]
    scenes = [{"image_id": picture, "seconds": 1.5}, {"image_id": picture, "seconds": 2.5}]
    with stack.client() as client:
        clips = result(client, "/api/videos/generate", {"scenes": scenes, "size": "320x240"})["scenes"]
        clips[0]["narration"] = "The night was long, and the snow was deep, and nobody came along the road."
        film = result(client, "/api/video/generate-final", {"scenes": clips, "music": "off", "captions": False})

    long, silent = film["scenes"]
    assert long["seconds"] > 3 * 1.5
    assert silent["seconds"] == pytest.approx(2.5, abs=0.5)
    assert film["captions_url"] is None


def test_the_walk_through_of_the_tasks_ends_in_speech(stack: Stack, tmp_path: Path) -> None:
    walk(stack, "tasks", tmp_path)

    with av.open(str(tmp_path / "speech.wav")) as container:
        assert 0.5 < float(container.duration or 0) / av.time_base < 5


def result(client: Any, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == 202, answer.text

    def look() -> dict[str, Any] | None:
        job = client.get(f"/api/job/{answer.json()['job_id']}").json()
        assert job["state"] != "failed", job
        return job.get("result")

    return until(look, 120, 0.2)


def frame_at(path: Path, at_s: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", f"{at_s:.3f}", "-i", str(path), "-frames:v", "1"]
    argv += ["-vf", "scale=160:120", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.uint8).astype(float)
