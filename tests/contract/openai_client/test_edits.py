"""Changed pictures by the official client: the name under which pictures are made serves their edits, too."""

from __future__ import annotations

import base64
import io
from typing import Any
from uuid import UUID

import pytest
from openai import BadRequestError, OpenAI
from openai.types import ImagesResponse
from PIL import Image

from mediamill_testing.studio import Studio

pytestmark = [
    pytest.mark.xdist_group("studio"),
    pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning"),  # variations, which old programs still ask for
]

MODEL = "gpt-image-1"
File = tuple[str, bytes, str]


def png(picture: Image.Image, name: str = "fox.png") -> File:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return (name, out.getvalue(), "image/png")


def pictures(answer: ImagesResponse) -> list[Image.Image]:
    found = [base64.b64decode(one.b64_json or "") for one in answer.data or []]
    return [Image.open(io.BytesIO(content)).convert("RGB") for content in found]


RED = Image.new("RGB", (96, 64), "red")


def test_a_picture_is_changed_where_its_mask_is_transparent(client: OpenAI) -> None:
    mask = Image.new("RGBA", (96, 64), "black")
    mask.paste((0, 0, 0, 0), (0, 0, 48, 64))

    answer = client.images.edit(model=MODEL, image=png(RED), mask=png(mask), prompt="make it blue")

    (made,) = pictures(answer)
    left, right = made.getpixel((10, 32)), made.getpixel((90, 32))
    assert (made.size, answer.size, right) == ((96, 64), "96x64", (255, 0, 0))
    assert isinstance(left, tuple)
    assert left[2] > left[0]


def test_our_own_picture_is_drawn_again_and_streams_as_an_edit(client: OpenAI) -> None:
    drawn = client.images.generate(model=MODEL, prompt="a fox by a lake", size="64x64")
    image = ("fox.png", base64.b64decode((drawn.data or [])[0].b64_json or ""), "image/png")

    events = list(client.images.edit(model=MODEL, image=image, prompt="make it night", stream=True, partial_images=1))

    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    night = Image.open(io.BytesIO(base64.b64decode(events[-1].b64_json))).convert("L")
    day = Image.open(io.BytesIO(image[1])).convert("L")
    assert night.resize((1, 1)).getpixel((0, 0)) < day.resize((1, 1)).getpixel((0, 0))  # type: ignore[operator]


def test_several_pictures_and_what_openai_does_not_know_are_passed_on(client: OpenAI, studio: Studio) -> None:
    with studio.resting():
        asked: dict[str, Any] = {"model": MODEL, "prompt": "sepia", "n": 2, "size": "auto"}
        hasty = client.with_options(timeout=1, max_retries=0)
        extra = {"seed": 7, "strength": 0.4}
        with pytest.raises(Exception, match="timed out"):
            hasty.images.edit(image=[png(RED, "a.png"), png(RED.rotate(90), "b.png")], extra_body=extra, **asked)
        (job,) = [one for one in jobs_of(studio) if one["kind"] == "image.edit" and one["state"] == "queued"]

    row = studio.mill.job(UUID(job["id"]))
    assert [len(row.input["images"]), row.input["n"], row.input["seed"], row.input["strength"]] == [2, 2, 7, 0.4]


def test_variations_need_no_prompt(client: OpenAI) -> None:
    answer = client.images.create_variation(image=png(RED), n=2, size="256x256")

    assert [picture.size for picture in pictures(answer)] == [(256, 256)] * 2


def test_what_cannot_be_changed_is_refused_by_the_name_of_its_field(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as size:
        client.images.edit(model=MODEL, image=png(RED), prompt="sepia", size="1x1")  # type: ignore[call-overload]
    with pytest.raises(BadRequestError) as count:
        client.images.edit(model=MODEL, image=png(RED), prompt="sepia", n=9)
    with pytest.raises(BadRequestError, match="text/plain") as text:
        client.images.edit(model=MODEL, image=("a.png", b"These are words and no picture."), prompt="sepia")

    assert [str(error.value.param).split(".")[0] for error in (size, count, text)] == ["size", "n", "image"]


def jobs_of(studio: Studio) -> list[dict[str, Any]]:
    with studio.mill.db.unit_of_work() as connection:
        rows = connection.exec_driver_sql("SELECT id, kind, state FROM jobs ORDER BY id").mappings().all()
    return [{"id": str(row["id"]), "kind": row["kind"], "state": row["state"]} for row in rows]
