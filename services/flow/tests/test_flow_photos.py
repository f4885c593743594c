"""A film of one's own pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mediamill.contracts import Answer
from mediamill.handlers.context import Call
from mediamill_media.flow.contract import Film
from mediamill_media.flow.handlers import film
from mediamill_testing.desk import DeskContext

PHOTOS = tuple(f"018f0000-0000-7000-8000-00000000000{number}" for number in (1, 2))


class Told(Answer):
    """What a flow reads, whatever kind it is of."""

    told: dict[str, Any]

    def model_dump(self, **_: Any) -> dict[str, Any]:
        return self.told


class Studio(DeskContext):
    """Answers every call with as little as a film is made of, and remembers what was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[Call] = []

    def run(self, kind: str, input: Any = None, **options: Any) -> Answer:
        return self.answer(Call(kind, input))

    def gather(self, *calls: Call, **options: Any) -> list[Answer]:
        return [self.answer(call) for call in calls]

    def answer(self, call: Call) -> Answer:
        self.asked.append(call)
        made = {"id": f"018f0000-0000-7000-8000-0000000001{len(self.asked):02}", "media_type": "x/y", "bytes": 1}
        roles = ("speech", "clip", "music", "portrait", "film")
        assets = [{**made, "sha256": "0" * 64, "role": role, "url": "http://x"} for role in roles]
        scene = {"narration": "One.", "image_prompt": "a fox", "characters": ["Rue"]}
        facts = {
            "text.script": {"title": "T", "mood": "calm", "scenes": [scene] * 3}
            | {"cast": [{"name": "Rue", "description": "a fox"}]},
            "audio.speech": {"words": [{"text": "One.", "start_s": 0.1, "end_s": 0.9}], "duration_s": 2.0},
            "image.generate": {"pictures": [{"image": made["id"], "layers": made["id"]}]},
            "merge.timeline": {"duration_s": 9.0},
        }
        return Told(told={"assets": assets, **facts.get(call.kind, {})})


def kinds(studio: Studio) -> list[str]:
    return [call.kind for call in studio.asked]


def test_the_first_scenes_show_the_photos_and_the_others_are_drawn(tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    made = film(studio, Film(brief="x", scenes=3, photos=PHOTOS))

    clips = [call.input for call in studio.asked if call.kind == "video.generate"]
    assert [clip["image"] for clip in clips][:2] == list(PHOTOS)
    assert [clip["layers"] is None for clip in clips] == [True, True, False]
    assert kinds(studio).count("image.generate") == 1
    assert [scene.image for scene in made.scenes][:2] == list(PHOTOS)


def test_nobody_is_cast_for_a_film_in_which_nothing_is_drawn(tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    film(studio, Film(brief="x", scenes=3, photos=(*PHOTOS, PHOTOS[0])))

    assert "image.character" not in kinds(studio)
    assert "image.generate" not in kinds(studio)


def test_more_photos_than_scenes_are_refused() -> None:
    with pytest.raises(ValidationError, match="2 photos need as many scenes, 1 are asked for"):
        Film(brief="x", scenes=1, photos=PHOTOS)
