"""Models, keys, errors, retries and hanging up, as the official client meets them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openai import (
    APIError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
    RateLimitError,
)

from mediamill_testing.plugin import cut_sessions
from mediamill_testing.stacks import until
from mediamill_testing.studio import Studio

pytestmark = pytest.mark.xdist_group("studio")

MODEL = "mediamill/text-generate"
WORDS = [{"role": "user", "content": "A fox in the snow."}]
IMPOSSIBLE = {"type": "object", "properties": {"a": False}, "required": ["a"]}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "never", "schema": IMPOSSIBLE}}


def test_models_are_listed_and_found_by_each_of_their_names(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]

    assert {MODEL, "gpt-image-1", "mediamill/audio-speech"} <= set(names)
    assert client.models.retrieve(MODEL).owned_by == "mediamill"
    assert client.models.retrieve("text-generate").id == client.models.retrieve("text.generate").id == MODEL


def test_an_unknown_model_and_one_for_something_else_are_not_found(client: OpenAI) -> None:
    for name in ("gpt-99", "mediamill/image-generate"):
        with pytest.raises(NotFoundError) as refused:
            client.chat.completions.create(model=name, messages=WORDS)

        assert (refused.value.code, refused.value.param) == ("model_not_found", "model")
        assert refused.value.type == "invalid_request_error"
        assert refused.value.request_id


def test_a_wrong_key_is_refused_in_their_words(client: OpenAI) -> None:
    with pytest.raises(AuthenticationError) as refused:
        client.with_options(api_key="sk-wrong").models.list()

    assert (refused.value.code, refused.value.type) == ("invalid_api_key", "invalid_request_error")


def test_a_body_that_is_no_request_and_a_path_that_is_not_there(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as wrong:
        client.post("/chat/completions", body={"messages": []}, cast_to=httpx.Response)
    with pytest.raises(NotFoundError) as missing:
        client.embeddings.create(model=MODEL, input="a")

    assert wrong.value.param == "messages"
    assert missing.value.code == "not_found"


def test_answers_say_who_they_are_and_how_long_they_took(client: OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=WORDS)

    assert raw.request_id
    assert raw.headers["x-request-id"] == raw.request_id
    assert int(raw.headers["openai-processing-ms"]) >= 0


def test_a_job_that_cannot_succeed_is_a_bad_request_and_an_error_in_a_stream(client: OpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        client.chat.completions.create(model=MODEL, messages=WORDS, response_format=SCHEMA)
    with pytest.raises(APIError, match="json_schema") as broken:
        list(client.chat.completions.create(model=MODEL, messages=WORDS, response_format=SCHEMA, stream=True))

    assert refused.value.code == broken.value.code == "permanent"


def test_a_client_that_gives_up_ends_the_wait_and_not_the_job_and_its_retry_finds_it(studio: Studio) -> None:
    messages = [{"role": "user", "content": "An owl that nobody waits for."}]
    with studio.resting():
        client = OpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.another_key("hasty"), max_retries=1)
        with pytest.raises(APITimeoutError):
            client.with_options(timeout=1).chat.completions.create(model=MODEL, messages=messages)

    raw = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=messages, extra_headers={"x-stainless-retry-count": "2"}
    )
    assert raw.parse().choices[0].message.content
    assert raw.headers["idempotent-replayed"] == "true"
    assert jobs_of(studio, client) == [raw.headers["x-mediamill-job"]]


def test_the_same_idempotency_key_makes_one_job(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": MODEL, "messages": WORDS, "extra_headers": {"Idempotency-Key": "fox-1"}}

    first, again = (client.chat.completions.create(**asked) for _ in range(2))

    assert first.id == again.id
    with pytest.raises(BadRequestError) as refused:
        client.chat.completions.create(**{**asked, "messages": [{"role": "user", "content": "A hare."}]})
    assert refused.value.code == "idempotency_mismatch"


def test_a_full_line_is_a_rate_limit_that_costs_nothing_and_is_told_before(studio: Studio) -> None:
    key = studio.another_key("small", max_queued=1)
    client = OpenAI(base_url=f"{studio.url}/openai/v1", api_key=key, max_retries=0)
    with studio.resting():
        raw = client.responses.with_raw_response.create(model=MODEL, input="One.", background=True)
        with pytest.raises(RateLimitError) as refused:
            client.responses.create(model=MODEL, input="Two.", background=True)

    assert refused.value.type == "rate_limit_exceeded"
    assert refused.value.response.headers["retry-after"]
    assert [raw.headers[f"x-ratelimit-{name}-requests"] for name in ("limit", "remaining")] == ["1", "0"]
    assert len(jobs_of(studio, client)) == 1


def test_more_waits_than_are_allowed_are_told_to_come_back_before_anything_is_made(
    client: OpenAI, studio: Studio
) -> None:
    key = studio.another_key("crowd")
    crowd = client.with_options(api_key=key, max_retries=0)
    with studio.without_seats(), pytest.raises(InternalServerError) as refused:
        crowd.chat.completions.create(model=MODEL, messages=WORDS)

    assert (refused.value.status_code, refused.value.code) == (503, "too_many_waits")
    assert refused.value.response.headers["retry-after"]
    assert jobs_of(studio, crowd) == []


def test_a_wait_that_is_given_up_gives_back_its_seat(client: OpenAI, studio: Studio) -> None:
    with studio.resting(), pytest.raises(APITimeoutError):
        client.with_options(timeout=0.5, max_retries=0).responses.create(model=MODEL, input="Seats.")

    until(lambda: studio.patience.waiting == 0)


def test_a_job_ends_though_every_session_of_the_database_was_cut(client: OpenAI, studio: Studio) -> None:
    cut_sessions(studio.mill)

    answer = client.with_options(timeout=10, max_retries=1).chat.completions.create(model=MODEL, messages=WORDS)

    assert answer.choices[0].message.content


def test_tests_on_one_studio_run_in_one_process(request: pytest.FixtureRequest) -> None:
    grouped = request.config.getoption("loadgroup", default=False)

    assert request.node.nodeid.endswith("@studio") is bool(grouped)


def jobs_of(studio: Studio, client: OpenAI) -> list[str]:
    headers = {"Authorization": f"Bearer {client.api_key}"}
    return [job["id"] for job in httpx.get(f"{studio.url}/v1/jobs", headers=headers).json()["data"]]
