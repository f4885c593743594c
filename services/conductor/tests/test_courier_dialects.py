"""A job's own webhook is told in the words of the surface that the job came by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from replicate.webhook import Webhooks, WebhookSigningSecret

from conductor.courier.tick import Courier
from mediamill.jobs.accept import JobWebhook
from mediamill.webhooks.replicate import Told, lines
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
    assert list(lines(told)) == shown
