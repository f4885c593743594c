"""Arguments of fal's models become inputs of our kinds, and our answers its outputs."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from gateway.app import create_app
from gateway.compat.catalogue import Catalogue, UnknownModel
from gateway.compat.fal.apps import model_of
from gateway.compat.fal.inputs import read_arguments
from gateway.compat.fal.sizes import frame_size
from mediamill.errors import InvalidInput
from mediamill.queues.registry import registry
from mediamill.settings import Settings
from mediamill.webhooks.fal import output
from mediamill_testing.harness import Mill

IMAGE, VIDEO, SPEECH = "image.generate", "video.generate", "audio.speech"


def read(kind: str, **arguments: Any) -> dict[str, Any]:
    return read_arguments(registry().kind(kind), arguments).input


@pytest.mark.parametrize(
    "app", ["a/b", "a/b/image-to-image", "fal-ai/a/b", "workflows/a/b", "mediamill/image-generate", "image-generate/x"]
)
def test_an_app_is_the_longest_name_in_its_id_that_is_a_model(app: str) -> None:
    catalogue = Catalogue(registry(), {"a/b": IMAGE})

    assert model_of(catalogue, app).kind.name == IMAGE


@pytest.mark.parametrize("app", ["a/c", "a", "", "x/image-generate", "fal-ai/", "a/c/a/b"])
def test_no_other_app_is_a_model(app: str) -> None:
    with pytest.raises(UnknownModel):
        model_of(Catalogue(registry(), {"a/b": IMAGE}), app)


def test_pictures_are_asked_for_in_fals_words() -> None:
    preset = read(IMAGE, prompt="a fox", image_size="landscape_16_9", num_images=2, seed=7, sync_mode=False)
    exact = read(IMAGE, prompt="a fox", image_size={"width": 640, "height": 480}, enable_safety_checker=None)

    assert preset == {"prompt": "a fox", "size": (1024, 576), "n": 2, "seed": 7}
    assert exact == {"prompt": "a fox", "size": (640, 480)}


def test_clips_and_speech_are_asked_for_in_the_words_of_the_ai_sdk() -> None:
    clip = read(VIDEO, prompt="a fox", duration="5s", aspect_ratio="9:16", resolution="480p")
    speech = read(SPEECH, text="hello", output_format="url")

    assert clip == {"prompt": "a fox", "seconds": 5.0, "size": (480, 854)}
    assert speech == {"text": "hello"}


def test_a_frame_has_even_sides() -> None:
    assert [frame_size(ratio, "720p") for ratio in ("16:9", "1:1", "21:9")] == [(1280, 720), (720, 720), (1680, 720)]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({"guidance_scale": 3}, ["guidance_scale"]),
        ({"image_size": "huge"}, ["image_size"]),
        ({"image_size": "square", "size": "64x64"}, ["size"]),
        ({"aspect_ratio": "0:1"}, ["aspect_ratio"]),
        ({"image_url": 3}, ["image_url"]),
        ({"output_format": "hex", "loras": []}, ["output_format", "loras"]),
    ],
)
def test_what_no_kind_knows_is_refused_by_its_name(arguments: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(IMAGE, prompt="a fox", **arguments)

    assert [loc for loc, _ in refused.value.errors] == [["input", name] for name in wrong]


def test_media_of_an_answer_stand_where_fals_clients_look() -> None:
    assets = [asset("image", "image/png"), asset("layers", "application/zip"), asset("extra", "image/png")]
    shown = output(job({"assets": assets, "pictures": [{"seed": 9}]}))
    clip = output(job({"assets": [asset("clip", "video/mp4"), asset("poster", "image/png")], "frames": 3}))

    assert [image["url"] for image in shown["images"]] == ["http://image", "http://extra"]
    assert shown["images"][0]["content_type"] == "image/png"
    assert (shown["seed"], shown["prompt"], shown["has_nsfw_concepts"]) == (9, "a fox", [False, False])
    assert (clip["video"]["url"], clip["frames"], len(clip["images"])) == ("http://clip", 3, 1)
    assert "files" not in shown


@pytest.mark.anyio
async def test_files_become_assets_of_the_tenant(config: Settings, mill: Mill, owner: Any, stranger: Any) -> None:
    async with talking(create_app(config, registry())) as client:
        uploaded = await client.post("/v1/assets", content=png("red"), headers=stranger.headers)
        given = ["data:image/png;base64," + base64.b64encode(png("blue")).decode(), uploaded.json()["url"]]
        made = await client.post(
            "/fal-queue/fal-ai/image-generate", json={"prompt": "x", "image_urls": given}, headers=owner.headers
        )
        job = await client.get(f"/v1/jobs/{made.json()['request_id']}", headers=owner.headers)
        assets = await client.get("/v1/assets", headers=owner.headers)

    references = job.json()["input"]["references"]
    assert sorted(references) == sorted(asset["id"] for asset in assets.json()["data"])
    assert len(set(references)) == 2


NOWHERE = (
    "data:image/png;base64,%%%",
    "data:image/png",
    "http://127.0.0.1:1/x.png",
    "http://[::1]/x.png",
    "http://localhost/x.png",
    "file:///etc/passwd",
    "http://127.0.0.1:8080/v1/assets/0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b/content?expires=9&signature=0",
)


@pytest.mark.anyio
async def test_a_file_that_cannot_be_had_is_refused_by_its_argument(config: Settings, mill: Mill, owner: Any) -> None:
    video = "/fal-run/mediamill/video-generate"
    async with talking(create_app(config, registry())) as client:
        refused = [await client.post(video, json={"image_url": url}, headers=owner.headers) for url in NOWHERE]

    assert [answer.status_code for answer in refused] == [422] * len(NOWHERE)
    assert [answer.json()["detail"][0]["loc"] for answer in refused] == [["body", "image_url"]] * len(NOWHERE)


def talking(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


def asset(role: str, media_type: str) -> dict[str, Any]:
    return {"id": role, "role": role, "media_type": media_type, "bytes": 3, "url": f"http://{role}", "width": 8}


def job(made: dict[str, Any]) -> dict[str, Any]:
    times = {"started_at": None, "finished_at": None}
    return {"state": "succeeded", "output": made, "input": {"prompt": "a fox"}, **times}
