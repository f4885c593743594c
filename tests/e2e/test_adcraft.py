"""Adcraft's walk, as its page tells it: four films of one campaign, measured and looked at."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from mediamill_testing.stacks import Stack

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(400)]

SIZES = {"16:9": (426, 240), "9:16": (240, 426)}
NAVY, AMBER = (0x12, 0x35, 0x5B), (0xFF, 0xB4, 0x00)
LOGO = (0xD0, 0x20, 0xC0)


@pytest.fixture(scope="module")
def folder(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the walk was walked: its films and the campaign as it was shown at the end."""
    folder = tmp_path_factory.mktemp("adcraft")
    logo = Image.new("RGBA", (120, 60), (0, 0, 0, 0))
    ImageDraw.Draw(logo).rounded_rectangle((0, 0, 119, 59), 12, fill=LOGO)
    logo.save(folder / "logo.png")
    Image.linear_gradient("L").resize((400, 300)).convert("RGB").save(folder / "product.jpg")
    page = resources.files("mediamill_products.adcraft").joinpath("README.md").read_text(encoding="utf-8")
    walk = "set -euo pipefail\n" + "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    told = subprocess.run(
        ["/bin/bash", "-c", walk],
        cwd=folder,
        env={**os.environ, "URL": stack.url, "KEY": stack.key},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return folder


@pytest.fixture(scope="module")
def campaign(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "campaign.json").read_text())
    assert found["status"] == "completed", found["error"]
    return found


def films(folder: Path, campaign: dict[str, Any]) -> list[tuple[dict[str, Any], Path]]:
    return [(film, folder / f"{film['format'].replace(':', 'x')}-{film['variant']}.mp4") for film in campaign["videos"]]


def test_each_format_and_way_to_begin_is_a_film_as_large_long_and_loud_as_it_says(
    folder: Path, campaign: dict[str, Any]
) -> None:
    made = films(folder, campaign)

    assert [(film["variant"], film["format"]) for film, _ in made] == [(n, shape) for n in (1, 2) for shape in SIZES]
    for film, path in made:
        with av.open(str(path)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
            assert (video.width, video.height) == SIZES[film["format"]] == (film["width"], film["height"])
            assert float(container.duration or 0) / av.time_base == pytest.approx(film["duration_s"], abs=0.1)
        assert 10 <= film["duration_s"] <= 17
        assert film["lufs"] == pytest.approx(-16, abs=1)
    assert campaign["video_urls"] == {film["format"]: film["video_url"] for film, _ in made[:2]}
    assert len({film["hook"] for film, _ in made}) == 2


def test_nothing_is_bought_and_what_films_share_is_made_once(stack: Stack, campaign: dict[str, Any]) -> None:
    children = stack.sql("SELECT kind, provider, pinned FROM jobs WHERE parent_id = %(id)s", id=campaign["job_id"])

    assert Counter(child["kind"] for child in children) == {
        "text.script": 1,
        "audio.speech": 2 + 1 + 1,
        "image.generate": 2 * 2,
        "image.card": 1 + 2 + 2,
        "video.generate": 2 * (2 + 1),
        "audio.music": 1,
        "merge.timeline": 2 * 2,
    }
    assert {(child["provider"], child["pinned"]) for child in children} == {("local", True)}
    assert (campaign["cost"], campaign["test_mode"], campaign["progress"]) == (0, True, 100)


def test_every_film_begins_with_the_badge_and_ends_with_the_card_of_the_brand(
    folder: Path, campaign: dict[str, Any]
) -> None:
    for film, path in films(folder, campaign):
        first, last = frame_at(path, 1.0), frame_at(path, film["duration_s"] - 0.4)
        width, height = SIZES[film["format"]]
        corner = first[: height // 5, width // 2 :]

        assert share(corner, LOGO) > 0.02, film
        assert share(first[height // 4 :], LOGO) == 0
        assert share(last, NAVY, 34) > 0.4, film
        assert share(last, AMBER) > 0.02, film
        assert share(last, LOGO) > 0.01, film
        assert share(last, (255, 255, 255)) > 0.004, film


def test_films_differ_in_how_they_begin_and_in_nothing_else(folder: Path, campaign: dict[str, Any]) -> None:
    made = films(folder, campaign)

    for (one, first), (other, second) in zip(made[:2], made[2:], strict=True):
        begins = [frame_at(path, 1.0) for path in (first, second)]
        ends = [frame_at(path, film["duration_s"] - 0.4) for film, path in ((one, first), (other, second))]
        assert np.abs(begins[0] - begins[1]).mean() > 8
        assert np.abs(ends[0] - ends[1]).mean() < 4


def test_captions_hold_what_is_said_and_end_before_the_end_card(campaign: dict[str, Any]) -> None:
    for film in campaign["videos"]:
        lines = httpx.get(film["captions_url"]).text.splitlines()
        shown = " ".join(line for line in lines[1:] if line and "-->" not in line)
        times = [float(at.rpartition(":")[2]) for line in lines if "-->" in line for at in line.split(" --> ")]

        assert shown.startswith(film["hook"])
        assert "charges in 40 minutes" in shown
        assert "Order yours" not in shown
        assert times == sorted(times)
        assert 0.2 < times[0] < 1.5
        assert times[-1] < film["duration_s"] - 2


def test_the_same_campaign_again_is_there_at_once(stack: Stack, campaign: dict[str, Any]) -> None:
    body = {"test_mode": True, "variants": 2}
    with stack.client() as client:
        again = client.post(f"/api/campaigns/{campaign['id']}/generate", json=body).json()

    assert (again["status"], again["cost"]) == ("completed", 0)
    assert again["job_id"] != campaign["job_id"]
    assert [film["hook"] for film in again["videos"]] == [film["hook"] for film in campaign["videos"]]


def frame_at(path: Path, at_s: float) -> npt.NDArray[np.float64]:
    with av.open(str(path)) as container:
        container.seek(int(at_s * av.time_base))
        frames = (frame for frame in container.decode(video=0) if (frame.time or 0.0) >= at_s - 0.02)
        return next(frames).to_ndarray(format="rgb24").astype(float)


def share(pixels: npt.NDArray[np.float64], color: tuple[int, int, int], off: int = 26) -> float:
    return float((np.abs(pixels - color).max(axis=-1) <= off).mean())
