"""Pictures, speech and clips by the official client."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from PIL import Image

from mediamill_testing.stacks import until
from mediamill_testing.studio import Studio
from mediamill_testing.webhooks import sql

pytestmark = [
    pytest.mark.xdist_group("studio"),
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning"),  # theirs ends; the shape of the calls stays
]

PROMPT = "a lighthouse by the sea at night"
SMALL = {"prompt": PROMPT, "size": "64x64"}
CLIP: dict[str, Any] = {"prompt": PROMPT, "seconds": "1", "size": "64x64", "extra_body": {"fps": 10}}


def picture(b64: str | None) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(b64 or "")))


def test_pictures_come_as_text_if_nothing_is_said(client: OpenAI) -> None:
    images = client.images.generate(model="gpt-image-1", n=2, quality="low", **SMALL)

    assert [picture(image.b64_json).size for image in images.data or []] == [(64, 64)] * 2
    assert (images.size, images.output_format) == ("64x64", "png")


def test_pictures_come_as_urls_that_need_no_key(client: OpenAI, studio: Studio) -> None:
    images = client.images.generate(response_format="url", extra_body={"seed": 7, "style": "flat"}, **SMALL)

    (image,) = images.data or []
    url = httpx.URL(image.url or "")
    found = httpx.get(f"{studio.url}{url.raw_path.decode()}")
    assert Image.open(io.BytesIO(found.content)).size == (64, 64)


def test_a_seed_is_passed_on_and_draws_the_same_again(client: OpenAI) -> None:
    first, again = (client.images.generate(extra_body={"seed": 5}, **SMALL) for _ in range(2))

    assert first.data is not None
    assert again.data is not None
    assert first.data[0].b64_json == again.data[0].b64_json


def test_a_stream_of_pictures_shows_some_early_and_all_in_the_end(client: OpenAI) -> None:
    events = list(client.images.generate(stream=True, partial_images=1, n=2, **SMALL))

    told = [event.type.removeprefix("image_generation.") for event in events]
    assert told == ["partial_image", "completed", "completed"]
    assert events[0].b64_json == events[1].b64_json


@pytest.mark.parametrize(
    ("asked", "param"),
    [({"size": "1x1"}, "size"), ({"n": 9}, "n"), ({"output_format": "webp"}, "output_format")],
)
def test_a_wrong_field_is_named(client: OpenAI, asked: dict[str, str], param: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        client.images.generate(**{**SMALL, **asked})  # type: ignore[call-overload]  # wrong on purpose

    assert str(refused.value.param).startswith(param)


def test_speech_is_streamed_to_a_file(client: OpenAI, tmp_path: Path) -> None:
    with client.audio.speech.with_streaming_response.create(model="tts-1", voice="nova", input="A fox.") as response:
        response.stream_to_file(tmp_path / "fox.mp3")

    assert response.headers["content-type"] == "audio/mpeg"
    assert (tmp_path / "fox.mp3").stat().st_size > 1000


async def test_speech_comes_in_other_formats_and_as_events(studio: Studio) -> None:
    async with AsyncOpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.key) as client:
        asked = {"model": "tts-1", "voice": "onyx", "input": "A fox.", "response_format": "wav", "speed": 1.5}
        whole = await client.audio.speech.create(**asked)
        raw = await client.post("/audio/speech", body={**asked, "stream_format": "sse"}, cast_to=httpx.Response)

    assert whole.content[:4] == b"RIFF"
    assert '"speech.audio.delta"' in raw.text
    assert '"speech.audio.done"' in raw.text


@pytest.mark.parametrize(("asked", "param"), [({"voice": "nobody"}, "voice"), ({"response_format": "pcm"}, "response")])
def test_what_no_voice_can_do_is_refused(client: OpenAI, asked: dict[str, str], param: str) -> None:
    with pytest.raises(BadRequestError, match="Invalid value") as refused:
        client.audio.speech.create(**{"model": "tts-1", "voice": "alloy", "input": "A fox.", **asked})

    assert str(refused.value.param).startswith(param)


def test_a_clip_is_polled_for_and_downloaded(client: OpenAI) -> None:
    video = client.videos.create_and_poll(model="mediamill/video-generate", **CLIP)

    content = client.videos.download_content(video.id)
    part = client.videos.download_content(video.id, extra_headers={"Range": "bytes=4-7"})
    assert (video.status, video.progress, video.seconds, video.size) == ("completed", 100, "1", "64x64")
    assert content.read()[4:8] == part.read() == b"ftyp"
    assert client.videos.retrieve(video.id).model == "mediamill/video-generate"


def test_a_clip_begins_with_a_picture_and_is_remixed_without_it(client: OpenAI, studio: Studio) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(drawn, "PNG")
    with studio.resting():
        video = client.videos.create(input_reference=("first.png", drawn.getvalue(), "image/png"), **CLIP)
        remix = client.videos.remix(video.id, prompt="the same by day")

    jobs = [studio.mill.job(UUID(one.id.removeprefix("video_"))) for one in (video, remix)]
    assert [bool(job.input["image"]) for job in jobs] == [True, False]
    assert (remix.remixed_from_video_id, remix.prompt, remix.size) == (video.id, "the same by day", "64x64")


def test_a_clip_s_receiver_is_named_in_the_extra_body(client: OpenAI, studio: Studio) -> None:
    url = "https://93.184.215.14/told"
    with studio.resting():
        extra = {**CLIP["extra_body"], "webhook": url}
        video = client.videos.create(**{**CLIP, "extra_body": extra})
        with pytest.raises(BadRequestError) as refused:
            client.videos.remix(video.id, prompt="by day", extra_body={"webhook": "not a url"})

    hooks = sql(studio.mill, "SELECT url, dialect FROM job_webhooks WHERE job_id = :id", id=video.id.split("_")[1])
    assert [tuple(hook) for hook in hooks] == [(url, "openai")]
    assert refused.value.param == "webhook"


def test_clips_are_listed_page_by_page_until_they_are_deleted(studio: Studio) -> None:
    client = OpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.another_key("collector"))
    with studio.resting():
        made = [client.videos.create(**CLIP).id for _ in range(3)]
        deleted = client.videos.delete(made[1])

        newest_first = [video.id for video in client.videos.list(limit=1)]
        oldest_first = [video.id for video in client.videos.list(limit=2, order="asc")]

    assert deleted.deleted
    assert newest_first == [made[2], made[0]]
    assert oldest_first == [made[0], made[2]]
    assert studio.mill.job(UUID(made[1].removeprefix("video_"))).state == "canceled"
    with pytest.raises(NotFoundError):
        client.videos.retrieve(made[1])


def test_a_cancelled_clip_has_failed_and_says_why(client: OpenAI, studio: Studio) -> None:
    with studio.resting():
        raw = client.videos.with_raw_response.create(**CLIP)
        headers = {"Authorization": f"Bearer {studio.key}"}
        httpx.post(f"{studio.url}/v1/jobs/{raw.headers['x-mediamill-job']}/cancel", headers=headers)

    video = until(lambda: client.videos.retrieve(raw.parse().id))
    assert (video.status, video.error and video.error.code) == ("failed", "cancelled")
    assert int(raw.headers["openai-poll-after-ms"]) >= 250
    with pytest.raises(NotFoundError, match="not completed"):
        client.videos.download_content(video.id)


def test_a_file_is_an_asset(client: OpenAI) -> None:
    file = client.files.create(file=("note.txt", b"a note of mine"), purpose="user_data")

    assert client.files.retrieve(file.id).bytes == 14
    assert client.files.content(file.id).read() == b"a note of mine"
