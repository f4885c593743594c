"""Scripts as Replicate's own guides write them, over the real kinds: only the model's name is ours."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import pytest
import replicate
from PIL import Image
from replicate.exceptions import ModelError, ReplicateError

from mediamill_testing.studio import Studio

pytestmark = [pytest.mark.xdist_group("studio"), pytest.mark.anyio]

PICTURES, SPEECH, TEXTS = "mediamill/image-generate", "mediamill/audio-speech", "mediamill/text-generate"
SMALL = {"prompt": "a lighthouse by the sea at night", "width": 64, "height": 64}


def opened(url: Any) -> Image.Image:
    """Fetch a picture as anybody may, without a key."""
    return Image.open(io.BytesIO(httpx.get(str(url)).content))


def test_pictures_are_run_by_an_alias_and_the_usual_names_and_knobs(client: replicate.Client) -> None:
    usual = {"num_outputs": 2, "num_inference_steps": 4, "go_fast": True, "output_quality": 80, "seed": 7}

    output = client.run("black-forest-labs/flux-schnell", input={**SMALL, **usual})

    assert [opened(url).size for url in output] == [(64, 64)] * 2


async def test_speech_is_one_url_and_the_async_client_waits_for_it(client: replicate.Client) -> None:
    output = await client.async_run(SPEECH, input={"text": "A fox in the snow."})

    async with httpx.AsyncClient() as anybody:
        sound = await anybody.get(str(output))
    assert sound.content[:4] == b"RIFF"


def test_a_text_is_streamed_and_is_what_the_prediction_gives(client: replicate.Client) -> None:
    told = list(client.stream(TEXTS, input={"prompt": "A lighthouse keeper and her cat.", "max_tokens": 80}))

    assert told[-1].event.value == "done"
    assert "".join(str(event) for event in told[:-1]) == client.predictions.list().results[0].output != ""


def test_an_open_file_is_what_a_clip_begins_with(client: replicate.Client, tmp_path: Path) -> None:
    drawn = tmp_path / "first.png"
    Image.new("RGB", (64, 64), "teal").save(drawn)
    asked = {"prompt": "the sea", "duration": 1, "width": 64, "height": 64, "fps": 10}

    with drawn.open("rb") as image:
        output = client.run("mediamill/video-generate", input={**asked, "image": image})

    assert httpx.get(str(output)).content[4:8] == b"ftyp"


def test_a_prediction_in_the_background_is_reloaded_listed_and_cancelled(
    client: replicate.Client, public: Studio
) -> None:
    with public.resting():
        prediction = client.predictions.create(model=PICTURES, input=SMALL)
        listed = [one.id for one in client.predictions.list()]
        begun = prediction.status
        prediction.cancel()

    prediction.reload()
    assert (begun, prediction.status) == ("starting", "canceled")
    assert prediction.id in listed


def test_a_failed_model_and_refused_requests_are_the_client_s_errors(client: replicate.Client, public: Studio) -> None:
    with pytest.raises(ModelError, match="As asked"):
        client.run("mediamill/test-fail", input={"class": "permanent"})
    with pytest.raises(ReplicateError) as unknown:
        client.run("mediamill/nothing", input={})
    with pytest.raises(ReplicateError) as wrong:
        client.run(PICTURES, input={**SMALL, "colour": "red"})
    stranger = replicate.Client(base_url=f"{public.url}/replicate", api_token="r8_wrong")
    with pytest.raises(ReplicateError) as no_key:
        stranger.models.get(PICTURES)

    assert [error.value.status for error in (unknown, wrong, no_key)] == [404, 422, 401]
    assert "colour" in str(wrong.value.detail)
