from __future__ import annotations

import random
from pathlib import Path

import pytest

from mediamill.errors import OutputRejected
from mediamill_av.gate.judging import judge, passed
from mediamill_testing.screening.defects import DEFECTS
from mediamill_testing.screening.films import Screened, Studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="module")
def stories(studio: Studio) -> dict[str, Screened]:
    """A film with captions in the picture, and one with captions in a track."""
    found: dict[str, Screened] = {}
    seed = 1
    while len(found) < 2:
        if (captions := studio.declared(seed, story=True).output.captions) not in found:
            found[captions] = studio.film(seed, story=True)
        seed += 1
    return found


def defective(stories: dict[str, Screened], defect: str, captions: str, folder: Path) -> None:
    film = stories[captions]
    made = DEFECTS[defect](film, random.Random(defect), folder / "defect.mp4")
    judge(made, film.wanted)


TOLD = {
    "frozen": "is frozen from",
    "black tail": "is black from",
    "late sound": "ms late to its picture",
    "early sound": "ms late to its picture",
    "silent": "something is missing",
    "silent voice": "something is missing",
    "quiet": "LUFS",
    "no sound": "holds",
    "wrong size": "It is 304x164, not 320x180",
    "too short": "It lasts",
    "truncated": "cannot be read|has .* frames",
    "no captions": "No captions are seen|no captions track",
    "late captions": "away from the words",
}


@pytest.mark.parametrize("defect", TOLD)
def test_a_defect_is_rejected_with_what_was_measured(stories: dict[str, Screened], tmp_path: Path, defect: str) -> None:
    captions = "soft" if defect in {"late captions", "truncated"} else "burned"

    with pytest.raises(OutputRejected, match=TOLD[defect]):
        defective(stories, defect, captions, tmp_path)


def test_a_missing_track_of_captions_is_told(stories: dict[str, Screened], tmp_path: Path) -> None:
    with pytest.raises(OutputRejected, match="It has no captions track"):
        defective(stories, "no captions", "soft", tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_or_is_dark_by_intent_passes(studio: Studio, seed: int) -> None:
    assert studio.film(100 + seed).film.frames > 100


def test_what_is_rejected_is_made_once_more() -> None:
    told: list[int] = []

    def make(rejected: int) -> str:
        told.append(rejected)
        if not rejected:
            raise OutputRejected("It is black.")
        return "film"

    assert passed(make) == "film"
    assert told == [0, 1]
