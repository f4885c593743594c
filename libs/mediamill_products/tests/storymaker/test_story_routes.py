"""What storymaker's routes make of what its pages send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, text

from mediamill.assets.model import JobAsset
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

MIA = {"name": "Mia", "description": "a girl with red hair"}
AssetOf = Callable[..., str]


def accepted(mill: Mill, answer: httpx.Response) -> tuple[str, dict[str, Any]]:
    """Give the kind and the input of the job that an answer names."""
    assert answer.status_code == 202, answer.text
    job = mill.job(UUID(answer.json()["job_id"]))
    return job.kind, {name: value for name, value in job.input.items() if value is not None}


def made_together(mill: Mill, kind: str, **roles: str) -> None:
    """Have had a job of a kind made assets, in roles."""
    job_id = mill.accept("test.noop")
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE jobs SET kind = :kind WHERE id = :id"), {"kind": kind, "id": job_id})
        for role, asset_id in roles.items():
            connection.execute(insert(JobAsset).values(job_id=job_id, asset_id=UUID(asset_id), role=role))


async def test_a_script_is_asked_for_by_any_of_its_names(client: httpx.AsyncClient, mill: Mill) -> None:
    bodies = [{"prompt": "A fox", "num_scenes": 3}, {"idea": "A fox", "scenes": 3, "an_older_field": True}]

    asked = [accepted(mill, await client.post("/api/story/generate-script", json=body)) for body in bodies]

    assert asked[0] == asked[1]
    assert asked[0][0] == "flow.story_script"
    assert asked[0][1]["idea"] == "A fox"
    assert asked[0][1]["scenes"] == 3


async def test_characters_are_asked_for_one_by_one_or_together(client: httpx.AsyncClient, mill: Mill) -> None:
    one = await client.post("/api/character/generate", json={**MIA, "style": "flat"})
    several = await client.post("/api/side-characters/generate-images", json={"characters": [MIA, MIA]})

    kind, input = accepted(mill, one)
    assert (kind, input["name"], input["style"]) == ("flow.story_character", "Mia", "flat")
    assert accepted(mill, several) == ("flow.story_cast", {"characters": [MIA, MIA], "style": "storybook"})


async def test_an_uploaded_photograph_becomes_an_asset_that_the_job_takes(
    client: httpx.AsyncClient, mill: Mill, photo: bytes
) -> None:
    url, file = "/api/character/generate-from-upload", ("me.png", photo, "image/png")

    good = await client.post(url, data={"name": "Mia", "style": "flat"}, files={"image": file})
    nameless = await client.post(url, data={"style": "flat"}, files={"image": file})
    fileless = await client.post(url, files={"name": (None, "Mia")})
    no_photo = await client.post(url, data={"name": "Mia"}, files={"file": ("me.txt", b"words", "text/plain")})

    kind, input = accepted(mill, good)
    assert kind == "flow.story_character"
    assert (await client.get(f"/v1/assets/{input['photo']}")).json()["media_type"] == "image/png"
    assert [answer.status_code for answer in (nameless, fileless, no_photo)] == [422, 422, 415]
    assert nameless.json()["detail"][0]["loc"] == ["body", "name"]
    assert fileless.json()["detail"][0]["loc"] == ["body", "file"]


async def test_scenes_take_characters_as_their_jobs_told_of_them(
    client: httpx.AsyncClient, mill: Mill, asset_of: AssetOf
) -> None:
    portrait, variation, lone = asset_of(), asset_of(), asset_of()
    made_together(mill, "flow.story_character", portrait=portrait, variation=variation)
    body = {
        "scenes": [{"prompt": "Mia by the sea"}, {"scene_number": 9, "image_prompt": "Pip", "characters": ["Pip"]}],
        "characters": [
            {**MIA, "references": [portrait, variation], "image_url": "looked at less"},
            {"name": "Sent as a picture", "image_url": f"http://gateway.test/v1/assets/{variation}/content?expires=1"},
            {"name": "Pip", "character_id": lone},
        ],
        "aspect_ratio": "9:16",
    }
    body["characters"][0].pop("image_url")

    kind, input = accepted(mill, await client.post("/api/scenes/generate-images", json=body))

    assert kind == "flow.story_scenes"
    assert [scene["scene_number"] for scene in input["scenes"]] == [1, 9]
    assert [known["references"] for known in input["characters"]] == [
        [portrait, variation],
        [portrait, variation],
        [lone],
    ]
    assert input["size"] == [720, 1280]


async def test_videos_find_the_layers_of_their_pictures(
    client: httpx.AsyncClient, mill: Mill, asset_of: AssetOf
) -> None:
    drawn, layers, flat = asset_of(), asset_of("application/zip"), asset_of()
    made_together(mill, "image.generate", image=drawn, layers=layers)
    scenes = [{"image_url": f"/v1/assets/{drawn}/content", "narration": " … "}, {"image_id": flat, "duration": 3}]

    kind, input = accepted(mill, await client.post("/api/videos/generate", json={"scenes": scenes}))

    assert kind == "flow.story_clips"
    first, second = input["scenes"]
    assert (first["image"], first["layers"], first["narration"]) == (drawn, layers, None)
    assert (second["image"], second["layers"], second["seconds"]) == (flat, None, 3.0)


async def test_the_film_has_the_chosen_scenes_in_the_chosen_order(
    client: httpx.AsyncClient, mill: Mill, asset_of: AssetOf
) -> None:
    clips = [asset_of("video/mp4") for _ in range(3)]
    scenes = [{"video_url": f"/v1/assets/{clip}/content", "narration": f"Part {clip}"} for clip in clips]
    url = "/api/video/generate-final"

    kind, input = accepted(mill, await client.post(url, json={"scenes": scenes, "chosen": [3, 1], "title": "Mia"}))
    missing = await client.post(url, json={"scenes": scenes, "chosen": [4]})
    everything = accepted(mill, await client.post(url, json={"scenes": scenes}))[1]

    assert kind == "flow.story"
    assert [scene["clip"] for scene in input["scenes"]] == [clips[2], clips[0]]
    assert [scene["clip"] for scene in everything["scenes"]] == clips
    assert missing.status_code == 422
    assert "there is no scene 4" in missing.text


WRONG: list[tuple[str, Any]] = [
    ("/api/story/generate-script", {"num_scenes": 3}),
    ("/api/story/generate-script", {"prompt": "A fox", "num_scenes": 99}),
    ("/api/character/generate", {"name": "Mia"}),
    ("/api/scenes/generate-images", {"scenes": []}),
    ("/api/scenes/generate-images", {"scenes": [{"prompt": "x"}], "size": "3x3"}),
    ("/api/scenes/generate-images", {"scenes": [{"prompt": "x"}], "characters": [{"name": "Mia"}]}),
    ("/api/videos/generate", {"scenes": [{"image_url": "https://elsewhere.example/a.png"}]}),
    ("/api/video/generate-final", {"scenes": [{"video_id": "7"}]}),
    ("/api/video/generate-final", []),
]


async def test_what_is_wrong_is_told_where_it_is(client: httpx.AsyncClient) -> None:
    refused = [await client.post(path, json=body) for path, body in WRONG]

    assert [answer.status_code for answer in refused] == [422] * len(WRONG)
    assert all(field["loc"][0] == "body" and field["msg"] for one in refused for field in one.json()["detail"])
    assert (await client.get("/v1/jobs")).json()["data"] == []


async def test_another_tenants_assets_and_jobs_are_not_there(
    client: httpx.AsyncClient, mill: Mill, asset_of: AssetOf, stranger: Any
) -> None:
    theirs = asset_of(tenant_id=stranger.tenant_id)
    scenes = [{"image_id": theirs}, {"image_id": asset_of()}]
    job = (await client.post("/api/story/generate-script", json={"prompt": "A fox"})).json()["job_id"]

    refused = await client.post("/api/videos/generate", json={"scenes": scenes})
    unseen = [await client.get(f"/api/job/{job}", headers=stranger.headers) for _ in range(2)]
    unknown = [await client.get(f"/api/job/{job}") for job in (uuid4(), mill.accept("test.noop"), "nobody")]

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "scenes", 0, "image"]
    assert [answer.status_code for answer in unseen] == [404, 404]
    assert [answer.status_code for answer in unknown] == [404, 404, 422]


async def test_a_job_is_told_of_the_same_on_the_long_way_and_on_the_short_one(
    client: httpx.AsyncClient,
) -> None:
    script, unusual = {"prompt": "A fox"}, {"Authorization": client.headers["Authorization"].replace(" ", "  ")}
    job = (await client.post("/storymaker/api/story/generate-script", json=script)).json()["job_id"]

    long = (await client.get(f"/api/job/{job}", headers=unusual)).json()
    short = (await client.get(f"/api/job/{job}")).json()
    below_its_name = (await client.get(f"/storymaker/api/job/{job}")).json()

    assert long == short == below_its_name
    assert short == {
        "job_id": job,
        "state": "pending",
        "status": "Waiting in line...",
        "progress": {"current": 0, "total": 1},
    }
