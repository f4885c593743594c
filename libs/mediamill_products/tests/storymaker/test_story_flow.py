"""What the flows ask of other kinds: each ask fits the contract of its kind, and is about the right things."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ConfigDict

from mediamill.contracts import Answer, Asset
from mediamill.errors import Permanent
from mediamill.handlers.context import Call
from mediamill.queues.registry import discover
from mediamill_products.storymaker import contract, flow
from mediamill_testing.desk import DeskContext

PHOTO = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"
MADE = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c{:04x}"


class Canned(Answer):
    """An answer of any kind."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Desk(DeskContext):
    """A desk where children are answered at once with as much as the flows read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.calls: list[Call] = []

    def run(self, kind: str, input: Mapping[str, Any]) -> Answer:
        return self.gather(Call(kind, input))[0]

    def gather(self, *calls: Call) -> list[Answer]:
        for call in calls:
            discover().kind(call.kind).read(call.input)
        self.calls += calls
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> Answer:
        roles = {
            "image.character": call.input.get("views", ()),
            "image.generate": ("image", "layers"),
            "image.edit": ("image",),
            "video.generate": ("clip",),
            "audio.speech": ("speech",),
            "audio.music": ("music",),
            "merge.timeline": ("film",),
        }[call.kind]
        number = 16 * len(self.calls) + self.calls.index(call)
        assets = [self._asset(number * 4 + at, role) for at, role in enumerate(roles)]
        picture = {"image": assets[0].id, "layers": assets[-1].id, "missing": ("a word",)}
        word = {"text": "Hello", "start_s": 0.1, "end_s": 0.6}
        return Canned(assets=assets, pictures=[picture], words=[word], duration_s=4.0)  # type: ignore[call-arg]

    def describe(self, asset_id: str) -> Asset:
        return self._asset(0, "clip", media_type="image/png" if asset_id == PHOTO else "video/mp4")

    def _asset(self, number: int, role: str, media_type: str = "video/mp4") -> Asset:
        facts = {"bytes": 1, "sha256": "0" * 64, "width": 640, "height": 360, "duration_s": 4.0}
        return Asset(id=MADE.format(number), role=role, media_type=media_type, **facts)


@pytest.fixture
def at_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_photograph_is_varied_and_a_character_is_drawn_beside_it(at_desk: Desk) -> None:
    ask = contract.StoryCharacter(name="Mia", description="a girl with red hair", photo=PHOTO, style="Watercolour")

    made = flow.character(at_desk, ask)

    drawn, varied = at_desk.calls
    assert (drawn.kind, varied.kind, varied.input["images"]) == ("image.character", "image.edit", [PHOTO])
    assert varied.input["prompt"] == "in the style of Watercolour"
    assert [asset.role for asset in made.assets] == ["portrait", "sheet", "variation"]
    assert made.references == (made.assets[0].id, made.image)
    assert made.image == made.assets[2].id


def test_scenes_are_drawn_with_whom_they_show_each_with_a_seed_of_its_own(at_desk: Desk) -> None:
    luna = {"name": "Luna", "description": "A robot.", "references": [PHOTO]}
    scenes = [{"scene_number": 4, "prompt": "a robot by the sea"}, {"scene_number": 2, "prompt": "Luna asleep"}]

    made = flow.scenes(
        at_desk, contract.StoryScenes.model_validate({"scenes": scenes, "characters": [luna], "seed": 7})
    )

    assert [call.input["prompt"] for call in at_desk.calls] == ["Luna by the sea", "Luna asleep"]
    assert [call.input["seed"] for call in at_desk.calls] == [7, 8]
    assert all(call.input["references"] == [PHOTO] for call in at_desk.calls)
    assert [(scene.scene_number, scene.missing) for scene in made.scenes] == [(4, ("a word",)), (2, ("a word",))]


def test_a_film_of_silent_scenes_has_music_that_gives_way_to_nobody(at_desk: Desk) -> None:
    scene = {"scene_number": 1, "clip": MADE.format(1)}

    flow.story(at_desk, contract.Story.model_validate({"scenes": [scene, scene]}))

    music, cut = at_desk.calls
    timeline = cut.input["timeline"]
    assert (music.kind, [track["name"] for track in timeline["tracks"]]) == ("audio.music", ["pictures", "music"])
    assert "duck" not in timeline["tracks"][1]["items"][0]
    assert timeline["size"] == (640, 360)


def test_what_is_no_clip_is_refused_before_anything_is_made_for_it(at_desk: Desk) -> None:
    scenes = [{"scene_number": 1, "clip": PHOTO, "narration": "Hello."}]

    with pytest.raises(Permanent, match="is image/png; a scene of the film needs a video"):
        flow.story(at_desk, contract.Story.model_validate({"scenes": scenes}))

    assert at_desk.calls == []
