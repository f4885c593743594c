"""A brief becomes a film: the main job, measured and looked at."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from mediamill_testing.listening import errors, late_s, letters, seconds
from mediamill_testing.stacks import Stack, until

pytestmark = pytest.mark.xdist_group("stack")

BRIEF = """# The lantern of Pim

Pim, a little silver robot, lives in a snowy village. One night a fox named Rue loses her way in the dark forest.
Pim carries an old lantern through the falling snow to find her. In the morning they sit by the sea and watch the sun.
"""
ASK = {"brief": BRIEF, "scenes": 3, "size": "640x360"}


@pytest.fixture(scope="module")
def film(stack: Stack) -> dict[str, Any]:
    """A film that is finished."""
    job = stack.submit("flow.film", ASK)
    done = stack.ended(job["id"], 150)
    assert done["state"] == "succeeded", done["error"]
    return done


@pytest.fixture(scope="module")
def film_file(stack: Stack, film: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its bytes, fetched as anybody with the link would."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    path.write_bytes(content(stack, asset(film, "film")))
    return path


def asset(job: dict[str, Any], role: str) -> dict[str, Any]:
    return next(dict(found) for found in job["output"]["assets"] if found["role"] == role)


def content(stack: Stack, found: dict[str, Any]) -> bytes:
    with stack.client() as client:
        client.headers.pop("Authorization")
        answer = client.get(found["url"])
    answer.raise_for_status()
    return answer.content


def test_the_film_is_h264_and_aac_and_as_large_and_as_long_as_it_says(film: dict[str, Any], film_file: Path) -> None:
    with av.open(str(film_file)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        duration = float(container.duration or 0) / av.time_base

        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, float(video.average_rate or 0)) == (640, 360, 30)
        assert duration == pytest.approx(film["output"]["duration_s"], abs=0.05)
        assert len(film["output"]["scenes"]) == 3


def test_the_film_can_start_before_it_is_loaded(film_file: Path) -> None:
    raw = film_file.read_bytes()

    assert 0 < raw.find(b"moov") < raw.find(b"mdat")


def test_the_film_is_as_loud_as_promised(film_file: Path) -> None:
    told = ffmpeg("-i", film_file, "-af", "ebur128=peak=true", "-f", "null", "-")

    integrated = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", told)[-1])

    assert integrated == pytest.approx(-16, abs=1)
    assert peak <= -0.5


def test_every_scene_has_its_own_picture_and_none_stands_still(film: dict[str, Any], film_file: Path) -> None:
    middles = [scene["start_s"] + scene["seconds"] / 2 for scene in film["output"]["scenes"]]

    frames = [frame_at(film_file, at) for at in middles]
    later = [frame_at(film_file, at + 0.5) for at in middles]

    for index, one in enumerate(frames):
        for other in frames[index + 1 :]:
            assert np.abs(one - other).mean() > 8
    for before, after in zip(frames, later, strict=True):
        assert 0.2 < np.abs(before - after).mean() < 40


def test_captions_hold_every_word_and_come_when_it_is_spoken(stack: Stack, film: dict[str, Any]) -> None:
    vtt = content(stack, asset(film, "captions")).decode()
    spoken = " ".join(scene["narration"] for scene in film["output"]["scenes"]).split()

    shown = " ".join(re.sub(r"<[^>]+>", "", line) for line in cue_lines(vtt)).split()
    starts = [seconds(found) for found in re.findall(r"([\d:.]+) -->", vtt)]

    assert vtt.startswith("WEBVTT")
    assert shown == spoken
    assert starts == sorted(starts)
    assert starts[0] >= 2
    assert starts[-1] < film["output"]["duration_s"]


def test_the_films_own_sound_is_understood_and_its_captions_come_with_the_words(
    stack: Stack, film: dict[str, Any]
) -> None:
    asked = {"audio": asset(film, "film")["id"], "hint": "Pim and Rue."}

    heard = stack.ended(stack.submit("audio.transcribe", asked)["id"], 90)

    assert heard["state"] == "succeeded", heard["error"]
    said = letters(" ".join(scene["narration"] for scene in film["output"]["scenes"]))
    understood = letters(heard["output"]["text"])
    assert errors(said, understood) <= 0.05 * len(said), understood
    begins = [(word["start_s"], word["text"]) for word in heard["output"]["words"]]
    late = late_s(content(stack, asset(film, "captions")).decode(), begins)
    assert sorted(late)[len(late) // 2] <= 0.12, late


def test_the_music_is_quieter_under_the_voice(stack: Stack, film: dict[str, Any], film_file: Path) -> None:
    scene = film["output"]["scenes"][-1]
    ending = rms(film_file, scene["start_s"] + scene["seconds"] - 1.5, 0.5)
    speaking = rms(film_file, scene["start_s"] + 1.5, 1.0)

    assert speaking > ending


def test_every_job_step_and_asset_of_it_can_be_looked_at(stack: Stack, film: dict[str, Any]) -> None:
    with stack.client() as client:
        steps = client.get(f"/v1/jobs/{film['id']}/steps").json()["data"]
        children = client.get(f"/v1/jobs/{film['id']}/children").json()["data"]
        assets = [client.get(f"/v1/assets/{made['id']}").json() for made in film["output"]["assets"]]

    kinds = {child["kind"] for child in children}
    assert {step["state"] for step in steps} == {"done"}
    assert kinds >= {"text.script", "image.generate", "audio.speech", "audio.music", "video.generate", "merge.timeline"}
    assert {child["state"] for child in children} == {"succeeded"}
    assert [made["id"] for made in film["output"]["assets"]] == [found["id"] for found in assets]


def test_the_film_says_what_it_was_made_of_down_to_its_characters(
    stack: Stack, film: dict[str, Any], film_file: Path
) -> None:
    with stack.client() as client:
        told = client.get(f"/v1/assets/{asset(film, 'film')['id']}/provenance").json()
    offline = stack.mill("assets", "verify", str(film_file), "--json", check=False)

    kinds = {deed["kind"] for record in told["history"] for deed in record["deeds"] if deed["kind"]}
    parts = {source["asset_id"] for source in told["history"][0]["sources"]}
    made = {"image.character", "image.generate", "video.generate", "audio.speech", "audio.music", "merge.timeline"}
    assert (told["verdict"], kinds) == ("trusted", made)
    assert {scene[part] for scene in film["output"]["scenes"] for part in ("clip", "speech")} < parts
    assert offline.returncode == 0
    assert json.loads(offline.stdout)["history"][0]["id"] == told["history"][0]["id"]


def test_the_same_brief_again_renders_nothing(stack: Stack, film: dict[str, Any]) -> None:
    before = stack.sql("SELECT count(*) AS n FROM jobs")[0]["n"]

    again = stack.submit("flow.film", ASK, cache="reuse")

    assert again["state"] == "succeeded"
    assert asset(again, "film")["id"] == asset(film, "film")["id"]
    assert stack.sql("SELECT count(*) AS n FROM jobs")[0]["n"] == before + 1


def test_a_changed_scene_is_made_and_no_other(stack: Stack, film: dict[str, Any]) -> None:
    change = {"changes": [{"scene": 2, "image_prompt": "a fox in a meadow, sunny day"}]}
    with stack.client() as client:
        answer = client.post(f"/v1/jobs/{film['id']}/revise", json={"input": change})

    done = stack.ended(answer.json()["id"], 150)

    assert done["state"] == "succeeded", done["error"]
    anew = (
        "SELECT kind FROM jobs WHERE root_id = %(id)s AND parent_id IS NOT NULL AND NOT EXISTS"
        " (SELECT FROM events WHERE job_id = jobs.id AND data ? 'reused_from') ORDER BY kind"
    )
    made = [row["kind"] for row in stack.sql(anew, id=done["id"])]
    before, after = film["output"]["scenes"], done["output"]["scenes"]
    assert made == ["image.generate", "merge.timeline", "video.generate"]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]
    rendered = stack.sql("SELECT output FROM jobs WHERE root_id = %(id)s AND kind = 'merge.timeline'", id=done["id"])
    share = rendered[0]["output"]["frames_known"] / rendered[0]["output"]["frames"]
    assert share > 0.4


def test_a_worker_killed_in_the_middle_costs_no_finished_step(stack: Stack) -> None:
    job = stack.submit("flow.film", {**ASK, "seed": 7})["id"]
    finished = (
        "SELECT job_id, ordinal, steps.started_at, steps.finished_at FROM steps JOIN jobs ON jobs.id = steps.job_id"
    )
    finished += " WHERE jobs.root_id = %(id)s AND steps.state = 'done' AND steps.type IN ('step', 'effect')"
    moving = "SELECT 1 FROM jobs WHERE root_id = %(id)s AND kind = 'video.generate' AND state = 'running'"
    until(lambda: stack.sql(moving, id=job), 90)

    before = {(row["job_id"], row["ordinal"]): row for row in stack.sql(finished, id=job)}
    stack.kill_worker()
    done = stack.ended(job, 150)

    after = {(row["job_id"], row["ordinal"]): row for row in stack.sql(finished, id=job)}
    assert done["state"] == "succeeded"
    assert before
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize("size", ["360x640", "480x480"])
def test_vertical_and_square_films_come_out_whole(stack: Stack, size: str) -> None:
    job = stack.submit("flow.film", {**ASK, "brief": "A cat on a boat at sunset.", "scenes": 3, "size": size})["id"]

    done = stack.ended(job, 150)

    assert done["state"] == "succeeded", done["error"]
    with av.open(io.BytesIO(content(stack, asset(done, "film")))) as container:
        video = container.streams.video[0]
        assert f"{video.width}x{video.height}" == size


def ffmpeg(*arguments: str | Path) -> str:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stderr


def frame_at(path: Path, at_s: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", f"{at_s:.3f}", "-i", str(path), "-frames:v", "1"]
    argv += ["-vf", "scale=160:90", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(argv, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).astype(float)


def rms(path: Path, at_s: float, length_s: float) -> float:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", f"{at_s:.3f}", "-t", f"{length_s:.3f}"]
    argv += ["-i", str(path), "-f", "f32le", "-ac", "1", "-"]
    sound = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)
    return float(np.sqrt(np.mean(sound.astype(float) ** 2)))


def cue_lines(vtt: str) -> list[str]:
    return [line for line in vtt.splitlines()[1:] if line and "-->" not in line and not line.isdigit()]
