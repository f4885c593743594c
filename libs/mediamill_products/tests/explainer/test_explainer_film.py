"""The page's walk, walked on a stack of its own: it ends in a film, measured."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
import pytest

from mediamill_testing.pubmed.server import PubmedServer
from mediamill_testing.stacks import Stack, clean_environment, running_stack

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(300)]

TEAL, AMBER = (0x0B, 0x6E, 0x69), (0xC2, 0x59, 0x0A)


class Walked(NamedTuple):
    """What the walk left behind."""

    film: Path
    status: dict[str, Any]
    lost: dict[str, Any]
    said: str
    job: dict[str, Any]
    stack: Stack


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    page = resources.files("mediamill_products.explainer").joinpath("README.md").read_text("utf-8")
    script = re.search(r"```sh\n(.*?)```", page, re.DOTALL)
    assert script is not None
    server, folder = PubmedServer().start(), tmp_path_factory.mktemp("explainer")
    with running_stack(folder, **server.settings) as stack:
        env = clean_environment(URL=stack.url, KEY=stack.key)
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script[1]],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        told, lost = (json.loads((folder / name).read_text()) for name in ("status.json", "lost.json"))
        yield Walked(folder / "film.mp4", told, lost, run.stdout, stack.job(told["job_id"]), stack)
    server.close()


def test_the_film_is_whole_and_as_long_and_as_loud_as_it_says(walked: Walked) -> None:
    with av.open(str(walked.film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == (320, 240)
        assert float(container.duration or 0) / av.time_base == pytest.approx(
            walked.status["video"]["duration"], abs=0.1
        )
    assert walked.job["output"]["lufs"] == pytest.approx(-16, abs=1)
    assert walked.status["status"] == "completed"
    assert walked.status["progress"] == 100
    assert walked.status["video"]["citation"].endswith("PMID: 90000003.")


def test_its_bars_are_as_long_as_the_numbers_of_the_sentence(walked: Walked) -> None:
    scene = next(one for one in walked.job["output"]["scenes"] if one["charted"])
    picture = frame(walked.film, scene["start_s"] + scene["seconds"] - 1)

    short, long = (longest_run(picture, colour) for colour in (TEAL, AMBER))

    assert scene["charted"] == ["3.1 days", "4.6 days"]
    assert all(number in scene["source"] for number in scene["charted"])
    assert long > 80
    assert short / long == pytest.approx(3.1 / 4.6, abs=0.04)


def test_the_numbers_come_when_they_are_told(walked: Walked) -> None:
    scene = next(one for one in walked.job["output"]["scenes"] if one["charted"])

    before = frame(walked.film, scene["start_s"] + 0.8)

    assert longest_run(before, AMBER) < 10


def test_the_captions_say_what_is_said(walked: Walked) -> None:
    with walked.stack.client() as client:
        vtt = client.get(walked.status["video"]["captions_url"]).text
    shown = " ".join(line for line in vtt.splitlines()[1:] if line and "-->" not in line).split()

    assert shown == " ".join(scene["narration"] for scene in walked.job["output"]["scenes"]).split()


def test_an_unknown_id_is_told_in_a_sentence(walked: Walked) -> None:
    assert walked.said.strip() == walked.lost["error"] == "PubMed has no article with this id. PMID 12345."
    assert (walked.lost["status"], walked.lost["error_code"], walked.lost["video"]) == (
        "failed",
        "unknown-article",
        None,
    )


def frame(path: Path, at_s: float) -> np.ndarray[Any, np.dtype[np.int16]]:
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            if picture.time is not None and picture.time >= at_s:
                return picture.to_ndarray(format="rgb24").astype(np.int16)
    raise AssertionError(f"the film ends before {at_s} s")


def longest_run(picture: np.ndarray[Any, np.dtype[np.int16]], colour: tuple[int, int, int]) -> int:
    """How long the longest line of a colour is, as H.264 leaves it."""
    mask = (np.abs(picture - np.array(colour)) < 40).all(axis=2)
    best = 0
    for line in mask:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        best = max(best, int((edges[1::2] - edges[::2]).max(initial=0)))
    return best
