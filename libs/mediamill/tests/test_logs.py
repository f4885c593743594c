"""Log lines: what they are about, and what they never hold."""

from __future__ import annotations

import json
import logging
import sys
from uuid import uuid4

import pytest

from mediamill.telemetry import traces
from mediamill.telemetry.logs import JsonLines, Subject, subject
from mediamill.telemetry.redaction import redact
from mediamill.telemetry.traces import Kind
from mediamill_testing.spans import kept_spans

AZURE = "https://a.blob.core.windows.net/c/b?sv=2024&sp=r&sig={}&se=2026"
S3 = "https://b.s3.amazonaws.com/k?X-Amz-Credential={}&X-Amz-Signature={}&X-Amz-Expires=60"

CORPUS = [
    ("Authorization: Bearer {}", ["eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl"]),
    ("{{'authorization': 'Key {}'}}", ["0190aaaa-bbbb-cccc-dddd-eeeeffff0000:abcdef0123456789abcdef"]),
    ("sent with Bearer {} to fal", ["abcdefghijklmnop"]),
    ("Authorization: Basic {}", ["dXNlcjpwYXNzd29yZA=="]),
    ("key mm_{} was revoked", ["S3cr3tS3cr3tS3cr3t"]),
    ("whsec_{} signs it", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]),
    ("REPLICATE_API_TOKEN=r8_{}", ["Abcdef0123456789Abcdef0123456789Abcde"]),
    ("openai says: Incorrect API key provided: sk-proj-{}.", ["AbCdEf0123456789_-AbCdEf"]),
    ("anthropic sk-ant-{}", ["api03-AbCdEf0123456789"]),
    ("no route to postgresql://mediamill:{}@db:5432/mediamill", ["p%40ss-w0rd!"]),
    ("redis://:{}@127.0.0.1:6379/0 is away", ["hunter2hunter2"]),
    ("node https://{}@rpc.example.org", ["0123456789abcdef0123456789abcdef"]),
    ("GET https://gw/v1/assets/0190/content?expires=1700000000&signature={}", ["b64url-Signature_x"]),
    (S3, ["AKIAIOSFODNN7EXAMPLE/20260101/eu/s3/aws4_request", "fe5f80f77d5fa3beca038a248ff027d0"]),
    (AZURE, ["Zm9v%2Bbar%3D"]),
    ("https://storage.googleapis.com/b/o?X-Goog-Signature={}", ["0a1b2c3d4e5f"]),
    ("https://rpc.example.org/?apikey={}&x=1", ["0123abcd"]),
    ("POST http://gw/v1/hooks/replicate/{} answered 404", ["q7Jr0Zk2mXw9aB3cD4eF5gH6iJ7kL8mN"]),
    ('{{"api_key": "{}", "size": 3}}', ["abcdef123456"]),
    ("MEDIAMILL_SECRET={} MEDIAMILL_POOL_SIZE=3", ["the-same-long-random-text"]),
    ("evm_private_key='{}'", ["0x4c0883a69102937d6231471b5dbb6204fe512961708279f2e3e8a5d4b8e3c1f0"]),
    ("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", ["MIGHAgEAMBMGByqGSM49AgEG"]),
    ("cut off -----BEGIN EC PRIVATE KEY-----\n{}", ["MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY"]),
    ("aws AKIA{} was refused", ["IOSFODNN7EXAMPLE"]),
]


@pytest.mark.parametrize(("form", "secrets"), CORPUS)
def test_no_secret_gets_into_a_log(form: str, secrets: list[str]) -> None:
    text = form.format(*secrets)
    hidden = redact(text)

    for secret in secrets:
        assert secret not in hidden
        assert secret[:10] not in hidden
    assert "***" in hidden
    assert redact(hidden) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "asset 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is kept",
        "job 01900000-0000-7000-8000-000000000000 waits for the signal 'approve'",
        "token 17 was minted at 0x5FbDB2315678afecb367f032d93F642f64180aa3",
        "GET http://127.0.0.1:8080/v1/jobs?limit=20&cursor=abc",
        "the password is wrong, the key of music is A minor, secrets: none",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "conductor@host: dispatch broke; it goes on",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def line_of(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("test").makeRecord("test", logging.INFO, "f", 1, message, arguments, None, extra=extra)
    return dict(json.loads(JsonLines("worker").format(record)))


def test_a_line_tells_of_the_job_that_its_thread_works_on() -> None:
    about = Subject(uuid4(), uuid4(), "image.generate", "image", 3, 1)
    token = subject.set(about)
    line = line_of("hello %s", "world")
    subject.reset(token)

    assert line["message"] == "hello world"
    assert (line["job_id"], line["tenant_id"]) == (str(about.job_id), str(about.tenant_id))
    assert (line["kind"], line["queue"], line["delivery"], line["attempt"]) == ("image.generate", "image", 3, 1)
    assert "job_id" not in line_of("hello")


def test_what_is_said_of_another_job_goes_before_the_thread_s_own() -> None:
    token = subject.set(Subject(uuid4(), uuid4(), "image.generate", "image", 3, 1))
    line = line_of("lost", job_id="other")
    subject.reset(token)

    assert line["job_id"] == "other"


def test_a_line_names_its_span_or_where_traces_are_off_the_caller_s() -> None:
    with kept_spans(), traces.first_span("run", Kind.CONSUMER, {}):
        traced, header = line_of("hello"), str(traces.header())
    given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    token = subject.set(Subject(uuid4(), uuid4(), "image.generate", "image", 3, 1, given))
    told = line_of("hello")
    subject.reset(token)

    assert f"00-{traced['trace_id']}-{traced['span_id']}-03" == header
    assert (told["trace_id"], told["span_id"]) == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert "trace_id" not in line_of("hello")


def test_an_exception_is_told_without_its_secrets() -> None:
    try:
        raise ValueError("postgresql://u:hunter2hunter2@db/x")
    except ValueError:
        record = logging.getLogger("test").makeRecord("test", logging.ERROR, "f", 1, "broke", (), sys.exc_info())
    line = JsonLines("worker").format(record)

    assert "ValueError" in line
    assert "hunter2" not in line
