"""The gallery: what an example says, what is ordered for it, and the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediamill.queues.registry import registry
from mill.api.models import Job
from mill.errors import WrongUse
from mill.gallery.example import read_example, read_examples
from mill.gallery.exhibit import Exhibit, order, spent
from mill.gallery.page import page

EXAMPLES = Path(__file__).parents[3] / "examples"
ASSET = "018f0000-0000-7000-8000-000000000001"


def an_example(folder: Path, film: str) -> Path:
    folder.mkdir()
    (folder / "brief.md").write_text("A fox and a lantern.")
    (folder / "film.toml").write_text(film)
    return folder


def step(kind: str, seconds: int) -> Job:
    began, ended = "2026-01-01T00:00:00Z", f"2026-01-01T00:00:{seconds:02}Z"
    return Job.model_validate(
        {"id": ASSET, "kind": kind, "state": "succeeded", "created_at": began, "started_at": began}
        | {"finished_at": ended}
    )


def test_the_five_examples_are_films_that_can_be_asked_for() -> None:
    examples = read_examples(EXAMPLES, [])

    assert len(examples) == 5
    for example in examples:
        asked = order(example, [ASSET] * len(example.photos), cache="off")
        registry().kind(asked["kind"]).read(asked["input"])


def test_an_example_is_chosen_by_its_name_and_an_unknown_name_is_told() -> None:
    assert [example.name for example in read_examples(EXAMPLES, ["explainer"])] == ["explainer"]
    with pytest.raises(WrongUse, match="There is no example opera in"):
        read_examples(EXAMPLES, ["opera"])


def test_a_folder_without_examples_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="holds no example"):
        read_examples(tmp_path, [])


@pytest.mark.parametrize(
    ("film", "told"),
    [
        ("about = ", "film.toml"),
        ("film = 3\nabout = 'x'", "film.toml: film: "),
        ("about = 'x'\nfotos = []", "film.toml: fotos: "),
        ("about = 'x'\nphotos = ['nobody.jpg']", "there is no photo .*nobody.jpg"),
    ],
)
def test_what_is_wrong_with_an_example_is_told_with_its_place(tmp_path: Path, film: str, told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        read_example(an_example(tmp_path / "odd", film))


def test_the_seconds_of_each_kind_are_summed_the_longest_first() -> None:
    assert spent([step("audio.speech", 2), step("video.generate", 9), step("audio.speech", 3)]) == {
        "video.generate": 9.0,
        "audio.speech": 5.0,
    }


def test_the_page_shows_texts_as_texts() -> None:
    shown = Exhibit(
        name="odd",
        about="5 < 6 & so on",
        title="<script>alert(1)</script>",
        film="odd/film.mp4",
        poster=None,
        captions="odd/film.vtt",
        duration_s=30.04,
        took_s=41.3,
        spent_s={"merge.timeline": 12.0},
        narration=("<b>bold</b>",),
    )

    html = page([shown])

    assert "<script>" not in html
    assert "<b>bold</b>" not in html
    assert 'src="odd/film.mp4"' in html
    assert "30.0 s long, made in 41.3 s" in html
