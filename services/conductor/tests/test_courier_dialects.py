"""A job's own webhook is told in the words of the surface that the job came by."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from replicate.webhook import Webhooks, WebhookSigningSecret
from standardwebhooks import Webhook

from conductor.courier.tick import Courier
from mediamill.jobs.accept import JobWebhook
from mediamill.webhooks.ed25519 import jwks
from mediamill.webhooks.replicate import Log, Told
from mediamill.webhooks.signing import tenant_secret
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.webhooks import deliveries, run, sql, states

Receivers = Callable[..., Receiver]
ALL = ["job.asset", "job.canceled", "job.failed", "job.log", "job.progress", "job.started", "job.succeeded"]


def progress(current: float, total: float, message: str | None = None) -> Told:
    return Told(type="job.progress", data={"current": current, "total": total, "message": message})


def test_replicate_s_receivers_get_the_prediction_and_its_client_verifies_it(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    own = receiver()

    job_id = mill.accept("test.steps", {"n": 2}, webhook=JobWebhook(own.url, ["job.succeeded"], "lane", "replicate"))
    mill.work_until_idle()
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    (message,) = own.received
    Webhooks.validate(
        headers=message.headers,
        body=message.body.decode(),
        secret=WebhookSigningSecret(key=tenant_secret(mill.tenant)),
    )
    told = message.json
    assert (told["id"], told["model"], told["status"]) == (str(job_id), "mediamill/test-steps", "succeeded")
    assert told["urls"]["get"].endswith(f"/replicate/v1/predictions/{job_id}")
    assert told["logs"].endswith("100%|####################| 2/2 step 2")
    assert 0 <= told["metrics"]["predict_time"] <= told["metrics"]["total_time"]


@pytest.mark.parametrize(
    ("kind", "input", "event", "told"),
    [
        ("test.noop", {}, "job.succeeded", {"status": "OK", "error": None, "payload": {"done": True}}),
        ("test.fail", {"class": "permanent"}, "job.failed", {"status": "ERROR"}),
    ],
)
def test_fals_receivers_get_the_output_or_the_error_and_its_signature_fits_the_published_key(
    mill: Mill,
    courier: Courier,
    receiver: Receivers,
    kind: str,
    input: dict[str, Any],
    event: str,
    told: dict[str, Any],
) -> None:
    own = receiver()

    job_id = mill.accept(kind, input, webhook=JobWebhook(own.url, [event], "lane", "fal"))
    mill.work_until_idle()
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    (message,) = own.received
    headers = {name.lower(): value for name, value in message.headers.items()}
    said = [headers[f"x-fal-webhook-{name}"] for name in ("request-id", "user-id", "timestamp")]
    assert said[:2] == [str(job_id), str(mill.tenant)]
    x = base64.urlsafe_b64decode(jwks()["keys"][0]["x"] + "=")
    signed = "\n".join([*said, hashlib.sha256(message.body).hexdigest()]).encode()
    Ed25519PublicKey.from_public_bytes(x).verify(bytes.fromhex(headers["x-fal-webhook-signature"]), signed)
    Webhook(tenant_secret(mill.tenant)).verify(message.body, headers)
    assert message.json["request_id"] == message.json["gateway_request_id"] == str(job_id)
    assert message.json.items() >= told.items()
    if event == "job.failed":
        assert message.json["payload"]["detail"][0]["msg"] == message.json["error"]


def test_what_a_job_logs_is_told_at_most_once_in_half_a_second_and_its_end_always(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    own = receiver()
    job_id = mill.accept("test.noop", webhook=JobWebhook(own.url, ALL, "lane", "replicate"))
    mill.work_until_idle()
    log = """INSERT INTO events (job_id, seq, tenant_id, type, at, data) SELECT :job, 100 + n, :tenant, 'job.log',
        date_trunc('second', now()) + n * interval '100 ms', '{"text": "line"}' FROM generate_series(0, 9) AS n"""
    sql(mill, log, job=job_id, tenant=mill.tenant)

    until(lambda: states(mill) == {"delivered"}, courier.tick)

    told = [delivery.seq for delivery in deliveries(mill)]
    assert [seq for seq in told if seq >= 100] == [100, 105]
    assert len(told) == 4


def test_a_dialect_that_this_courier_does_not_know_is_told_in_our_own_words(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    own = receiver()

    run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "lane", "of tomorrow"))
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert own.received[0].json["type"] == "job.succeeded"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ([progress(1, 4, "drawing")], [" 25%|#####               | 1/4 drawing"]),
        ([progress(0.5, 1)], [" 50%|##########          | 50/100"]),
        ([progress(3, 4), progress(1, 4), progress(3, 4)], [" 75%|###############     | 3/4"]),
        ([progress(1, 0)], ["  0%|                    | 1/0"]),
        ([Told(type="job.log", data={"text": "hello"})], ["hello"]),
    ],
)
def test_progress_is_told_as_bars_that_never_go_back(told: list[Told], shown: Any) -> None:
    assert list(Log().lines(told)) == shown
