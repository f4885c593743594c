"""Transcripts by the official client: one sentence of ours, said by one kind and heard by another."""

from __future__ import annotations

import re

import httpx
import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from mediamill_testing.studio import Studio

pytestmark = pytest.mark.xdist_group("studio")

TEXT = "A little fox found an old lantern. It was still warm."
MODEL = "whisper-1"


@pytest.fixture(scope="module")
def recording(studio: Studio) -> bytes:
    with OpenAI(base_url=f"{studio.url}/openai/v1", api_key=studio.key) as client:
        return client.audio.speech.create(model="tts-1", voice="nova", input=TEXT).content


def file(recording: bytes) -> tuple[str, bytes, str]:
    return ("fox.mp3", recording, "audio/mpeg")


def letters(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def test_a_recording_is_written_down_in_each_format(client: OpenAI, recording: bytes) -> None:
    told = client.audio.transcriptions.create(model=MODEL, file=file(recording), language="en")
    text, srt, vtt = (
        str(
            client.audio.transcriptions.create(model=MODEL, file=file(recording), language="en", response_format=format)
        )
        for format in ("text", "srt", "vtt")
    )

    assert letters(told.text) == letters(text) == letters(TEXT)
    assert re.match(r"1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\nA little fox", srt)
    assert srt.count("-->") == 2
    assert re.match(r"WEBVTT\n\n00:00:0\d\.\d{3} --> ", vtt)


def test_verbose_json_tells_when_each_word_and_each_sentence_is_heard(client: OpenAI, recording: bytes) -> None:
    told = client.audio.transcriptions.create(
        model=MODEL,
        file=file(recording),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        prompt="A fox.",
    )

    assert told.words is not None
    assert told.segments is not None
    assert [letters(word.word) for word in told.words] == [[word] for word in letters(TEXT)]
    assert [segment.id for segment in told.segments] == [0, 1]
    assert 0 <= told.words[0].start < told.words[-1].end <= told.duration
    assert told.language == "english"


def test_a_stream_tells_the_words_and_ends_with_all_of_them(client: OpenAI, recording: bytes) -> None:
    events = list(client.audio.transcriptions.create(model=MODEL, file=file(recording), stream=True))

    assert [event.type for event in events][-2:] == ["transcript.text.delta", "transcript.text.done"]
    assert "".join(event.delta for event in events[:-1]) == events[-1].text  # type: ignore[union-attr]


def test_the_same_recording_is_one_asset_and_a_retry_one_job(client: OpenAI, recording: bytes) -> None:
    headers = {"Idempotency-Key": "heard-once"}
    first, again = (
        client.audio.transcriptions.with_raw_response.create(model=MODEL, file=file(recording), extra_headers=headers)
        for _ in range(2)
    )

    assert first.headers["x-mediamill-job"] == again.headers["x-mediamill-job"]
    assert again.headers["idempotent-replayed"] == "true"


def test_what_cannot_be_heard_or_written_is_refused_by_the_name_of_its_field(client: OpenAI, recording: bytes) -> None:
    asked = {"model": MODEL, "file": file(recording)}
    with pytest.raises(BadRequestError) as format:
        client.audio.transcriptions.create(**{**asked, "response_format": "diarized_json"})  # type: ignore[call-overload]
    with pytest.raises(BadRequestError) as missing:
        client.post("/audio/transcriptions", body={"model": MODEL}, cast_to=httpx.Response)
    with pytest.raises(BadRequestError, match="no sound") as silent:
        client.audio.transcriptions.create(model=MODEL, file=("a.txt", b"These are words and no sound at all."))
    with pytest.raises(NotFoundError) as wrong:
        client.audio.transcriptions.create(**{**asked, "model": "mediamill/audio-speech"})

    assert (format.value.param, missing.value.code) == ("response_format", "invalid_body")
    assert silent.value.code == "bad_media"
    assert wrong.value.code == "model_not_found"
