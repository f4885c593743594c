"""Chats and responses by the official client."""

from __future__ import annotations

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel

from mediamill_testing.studio import Studio

pytestmark = [pytest.mark.xdist_group("studio"), pytest.mark.anyio]

MODEL = "mediamill/text-generate"
QUESTION = [{"role": "user", "content": "A lighthouse keeper and her cat watch the storm."}]


class Offer(BaseModel):
    headline: str
    tags: list[str]


def test_a_chat_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=QUESTION)

    assert answer.choices[0].message.content
    assert (answer.model, answer.choices[0].finish_reason) == (MODEL, "stop")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_streamed_chat_is_the_same_text_in_pieces_and_ends_with_its_usage(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=QUESTION)

    options = {"include_usage": True}
    chunks = list(client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True, stream_options=options))

    said = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(said) == whole.choices[0].message.content
    assert len(said) > 5
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_a_chat_is_parsed_into_the_model_that_was_asked_for(client: OpenAI) -> None:
    answer = client.chat.completions.parse(model="gpt-4o-mini", messages=QUESTION, response_format=Offer)

    assert isinstance(answer.choices[0].message.parsed, Offer)


def test_turns_and_limits_reach_the_job(client: OpenAI, studio: Studio) -> None:
    messages = [
        {"role": "system", "content": "You write short."},
        *QUESTION,
        {"role": "assistant", "content": "It rains."},
        {"role": "user", "content": [{"type": "text", "text": "Go on about the storm."}]},
    ]

    raw = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=messages, max_completion_tokens=40, extra_body={"seed": 3}
    )

    job = studio.mill.job(raw.headers["x-mediamill-job"])
    assert job.input["prompt"].startswith("You write short.\n\nUser: A lighthouse")
    assert job.input["prompt"].endswith("Assistant: It rains.\n\nUser: Go on about the storm.")
    assert (job.input["max_words"], job.input["seed"]) == (30, 3)


async def test_many_chats_at_once(studio: Studio) -> None:
    async with AsyncOpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.key) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)

        assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


def test_what_the_model_cannot_read_is_refused_by_its_place(client: OpenAI) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}

    with pytest.raises(BadRequestError) as refused:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": [picture]}])

    assert refused.value.param == "messages[0].content[0]"


def test_a_response_is_written(client: OpenAI) -> None:
    response = client.responses.create(model=MODEL, instructions="Be brief.", input="A fox finds a lantern.")

    assert response.output_text
    assert (response.status, response.model) == ("completed", MODEL)
    assert client.responses.retrieve(response.id).output_text == response.output_text


def test_a_response_is_parsed(client: OpenAI) -> None:
    response = client.responses.parse(model=MODEL, input="Brew & Bloom, a quiet café.", text_format=Offer)

    assert isinstance(response.output_parsed, Offer)


def test_a_streamed_response_is_put_together_by_the_client(client: OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="A fox finds a lantern.") as stream:
        events = list(stream)
        response = stream.get_final_response()

    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == response.output_text != ""
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type.removeprefix("response.") for event in events if event.type != "response.output_text.delta"] == [
        *("created", "in_progress", "output_item.added", "content_part.added"),
        *("output_text.done", "content_part.done", "output_item.done", "completed"),
    ]


def test_a_streamed_response_that_cannot_be_written_ends_as_failed(client: OpenAI) -> None:
    schema = {"type": "object", "properties": {"a": False}, "required": ["a"]}
    text = {"format": {"type": "json_schema", "name": "never", "schema": schema}}

    events = list(client.responses.create(model=MODEL, input="A fox.", text=text, stream=True))

    assert [event.type for event in events] == ["response.created", "response.in_progress", "response.failed"]
    assert events[-1].response.error.code == "permanent"


def test_a_response_in_the_background_is_fetched_or_cancelled(client: OpenAI, studio: Studio) -> None:
    with studio.resting():
        response = client.responses.create(model=MODEL, input="A fox in the snow.", background=True)
        canceled = client.responses.cancel(response.id)

    assert (response.status, canceled.status) == ("queued", "cancelled")


def test_a_response_of_somebody_else_is_not_found(client: OpenAI, studio: Studio) -> None:
    response = client.responses.create(model=MODEL, input="A secret.")
    stranger = client.with_options(api_key=studio.another_key("stranger"))

    with pytest.raises(NotFoundError):
        stranger.responses.retrieve(response.id)
