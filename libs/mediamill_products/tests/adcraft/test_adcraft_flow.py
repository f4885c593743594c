"""What the flow of a campaign asks for: each film whole, and everything that films share once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from mediamill.contracts import Answer
from mediamill.handlers.context import Call
from mediamill.queues.registry import discover
from mediamill.timeline import Timeline, assets_of
from mediamill_products.adcraft.contract import Campaign, CampaignMade
from mediamill_products.adcraft.flow import campaign
from mediamill_testing.desk import DeskContext

PICTURE = "0190a5c8-7c1e-7000-8000-00000000000{}"
BRAND = {"name": "Glow", "voice": "warm", "audience": "commuters", "colors": {"primary": "#12355b"}}


def made(call: Call, role: str) -> dict[str, Any]:
    """An asset whose id tells what it was made of."""
    name = uuid5(UUID(int=0), f"{role} {call.kind} {sorted(call.input.items())!r}")
    return {"id": str(name), "role": role, "media_type": "any/any", "bytes": 1, "sha256": "0"}


class Desk(DeskContext):
    """A desk where children are answered at once with what a flow reads of their answers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.calls: list[Call] = []

    def gather(self, *calls: Call) -> list[Answer]:
        self.calls += calls
        registry = discover()
        for call in calls:
            registry.kind(call.kind).read(call.input)
        return [Told(told=_answer(call)) for call in calls]

    def inputs(self, kind: str) -> list[Mapping[str, Any]]:
        return [call.input for call in self.calls if call.kind == kind]


class Told(Answer):
    told: dict[str, Any]

    def model_dump(self, **_: Any) -> dict[str, Any]:
        return self.told


def _answer(call: Call) -> dict[str, Any]:
    match call.kind:
        case "text.script":
            return _script(call.input)
        case "audio.speech":
            words = str(call.input["text"]).split()
            times = [{"text": word, "start_s": at / 3, "end_s": (at + 1) / 3} for at, word in enumerate(words)]
            return {"assets": [made(call, "speech")], "words": times, "duration_s": len(words) / 3}
        case "image.generate":
            return {
                "assets": [],
                "pictures": [{"image": made(call, "image")["id"], "layers": made(call, "layers")["id"]}],
            }
        case "merge.timeline":
            return {"assets": [made(call, role) for role in ("film", "poster", "captions")], "duration_s": 9.0}
        case _:
            role = {"image.card": "image", "audio.music": "music", "video.generate": "clip"}[call.kind]
            return {"assets": [made(call, role)]}


def _script(ask: Mapping[str, Any]) -> dict[str, Any]:
    def scene(name: str) -> dict[str, Any]:
        return {"narration": f"This is what {name} tells us today.", "image_prompt": f"a fox and {name}"}

    scenes = [scene(f"scene {number}") for number in range(ask["scenes"])]
    return {
        "title": "Glow",
        "mood": "happy",
        "scenes": scenes,
        "openings": [scene(f"opening {n}") for n in range(ask["openings"])],
    }


@pytest.fixture
def here(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def wanted(**facts: Any) -> Campaign:
    return Campaign.model_validate({"brand": BRAND, "brief": "A light.", "seconds": 20, "resolution": 240, **facts})


def run(here: Desk, **facts: Any) -> CampaignMade:
    return campaign(here, wanted(**facts))


def test_films_that_begin_differently_share_all_the_rest(here: Desk) -> None:
    done = run(here, variants=3, formats=["16:9", "9:16"], pictures=[PICTURE.format(1)])

    asked = Counter(call.kind for call in here.calls)
    assert asked == {
        "text.script": 1,
        "audio.speech": 3 + 3 + 1,  # ways to begin, further scenes, the call to action
        "image.generate": 2 * (3 + 1),  # the second and the last of four scenes show the product
        "image.card": 1 + 2 + 2,  # the badge; for each format the end card and the product
        "video.generate": 2 * (3 + 3),
        "audio.music": 1,
        "merge.timeline": 2 * 3,
    }
    assert len({repr(call) for call in here.calls}) == len(here.calls)
    assert [(film.variant, film.format) for film in done.films] == [(n, s) for n in (1, 2, 3) for s in ("16:9", "9:16")]


@pytest.mark.parametrize(
    "facts", [{}, {"pictures": [PICTURE.format(n) for n in range(8)], "variants": 2}, {"seconds": 6}]
)
def test_every_film_is_a_timeline_of_what_was_made(here: Desk, facts: dict[str, Any]) -> None:
    run(here, formats=["16:9", "9:16", "1:1"], **facts)

    films = [Timeline.model_validate(asked["timeline"]) for asked in here.inputs("merge.timeline")]
    known = {_id for call in here.calls if call.kind != "text.script" for _id in _ids(_answer(call))}
    assert [film.size for film in films[:3]] == [(426, 240), (240, 426), (240, 240)]
    for film in films:
        assert set(assets_of(film)) <= known
        assert film.track_names == ("pictures", "badge", "voice", "music", "captions")
        assert film.background == "#12355b"
        assert film.tracks[1].items[0].out_s == film.tracks[0].items[-1].start_s


def _ids(answer: Mapping[str, Any]) -> Sequence[str]:
    return [*(asset["id"] for asset in answer["assets"]), *(p["image"] for p in answer.get("pictures", ()))]


def test_the_brand_is_in_all_that_is_made(here: Desk) -> None:
    run(here, call_to_action="Order yours", music="calm", captions="off")

    script, scene, card = here.inputs("text.script")[0], here.inputs("image.generate")[0], here.inputs("image.card")[1]
    assert (script["tone"], script["voice"]) == ("ad", "warm")
    assert script["brief"].startswith("Brand: Glow")
    assert script["brief"].endswith("Audience: commuters")
    assert scene["colors"] == ["#12355b", "#f2b83d"]
    assert (card["title"], card["action"], card["colors"]["ground"]) == ("Glow", "Order yours", "#12355b")
    assert here.inputs("audio.speech")[-1]["text"] == "Glow. Order yours"
    assert here.inputs("audio.music")[0]["mood"] == "calm"
    assert "captions" not in [track["type"] for track in here.inputs("merge.timeline")[0]["timeline"]["tracks"]]


def test_the_badge_is_the_logo_in_its_own_shape_or_else_the_name(here: Desk) -> None:
    logo = here.save(b"a logo", "image/png", width=300, height=300).id

    run(here, brand={**BRAND, "logo": logo})
    run(here)

    with_logo, with_name = (one for one in here.inputs("image.card") if "corners" in one)
    assert (with_logo["logo"], with_logo["size"]) == (logo, (200, 160))
    assert (with_name["title"], with_name["size"]) == ("Glow", (448, 160))


def test_it_tells_how_far_it_is_in_the_words_that_its_frontend_shows(here: Desk) -> None:
    run(here, variants=2)

    assert [message for _, _, message in here.progressed] == [
        "writing the script",
        "reading 6 lines and drawing the scenes",
        "moving 5 pictures",
        "cutting 2 films",
        "done",
    ]


def test_the_same_campaign_asks_for_the_same_in_the_same_order(tmp_path: Path) -> None:
    first, again = Desk(tmp_path / "a"), Desk(tmp_path / "b")

    run(first, variants=2, formats=["1:1", "9:16"], pictures=[PICTURE.format(1)])
    run(again, variants=2, formats=["1:1", "9:16"], pictures=[PICTURE.format(1)])

    assert first.calls == again.calls


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"formats": ["16:9", "16:9"]}, "formats"),
        ({"formats": ["4:3"]}, "formats"),
        ({"resolution": 241}, "resolution"),
        ({"seconds": 3}, "seconds"),
        ({"variants": 9}, "variants"),
        ({"brand": {"name": "Glow", "colors": {"primary": "blue"}}}, "brand"),
    ],
)
def test_what_cannot_be_filmed_is_refused_where_it_stands(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        wanted(**wrong)

    assert refused.value.errors()[0]["loc"][0] == where
