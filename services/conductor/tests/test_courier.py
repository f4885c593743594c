"""Events are told to whom they concern: signed, again until they arrive, and nowhere that is private."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from conductor.courier.schedule import DELAYS_S
from conductor.courier.tick import Courier
from mediamill.jobs.accept import JobWebhook
from mediamill.webhooks.signing import endpoint_secret, tenant_secret
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Received, Receiver, until
from mediamill_testing.webhooks import add_endpoint, deliveries, endpoint, make_due, run, sql, states, told

Receivers = Callable[..., Receiver]


def verified(message: Received, secret: str) -> dict[str, Any]:
    return dict(Webhook(secret).verify(message.body, message.headers))


def test_an_endpoint_is_told_what_happens_and_can_verify_it(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    good = receiver()
    hook = add_endpoint(mill, good.url)

    job_id = run(mill)
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert told(good) == ["job.queued", "job.started", "job.succeeded"]
    last = max(good.received, key=lambda message: message.json["data"]["seq"])
    message = verified(last, endpoint_secret(hook))
    assert last.path == "/hook?of=mine"
    assert message["type"] == message["data"]["type"] == "job.succeeded"
    assert message["timestamp"] == message["data"]["at"]
    assert message["data"]["job_id"] == message["data"]["job"]["id"] == str(job_id)
    assert message["data"]["job"]["state"] == "succeeded"


def test_a_job_s_own_webhook_is_told_of_that_job_only(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    own = receiver()
    run(mill)

    job_id = run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "its lane"))
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert [verified(message, tenant_secret(mill.tenant))["data"]["job_id"] for message in own.received] == [
        str(job_id)
    ]


def test_an_endpoint_is_told_nothing_of_others_or_of_before_or_unasked(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    run(mill)
    mine, of_failures, of_others = receiver(), receiver(), receiver()
    add_endpoint(mill, mine.url, ["job.succeeded"])
    add_endpoint(mill, of_failures.url, ["job.failed"])
    add_endpoint(mill, of_others.url, tenant_id=mill.add_tenant("others"))

    job_id = run(mill)
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert [message.json["data"]["job_id"] for message in mine.received] == [str(job_id)]
    assert of_failures.received == of_others.received == []


def test_events_of_a_transaction_that_commits_late_are_not_missed(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    good = receiver()
    add_endpoint(mill, good.url, ["job.queued"])
    with mill.db.engine.begin() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        run(mill)
        courier.tick()
        while_open = len(deliveries(mill))

    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert (while_open, told(good)) == (0, ["job.queued"])


def test_a_message_that_failed_is_sent_again_with_its_id_and_a_fresh_signature(
    mill: Mill, courier: Courier, receiver: Receivers
) -> None:
    flaky = receiver(500)
    hook = add_endpoint(mill, flaky.url, ["job.succeeded"])
    run(mill)
    until(lambda: states(mill) == {"pending"} and deliveries(mill)[0].failures == 1, courier.tick)
    failing = endpoint(mill, hook).failing_since
    sql(mill, "SELECT pg_sleep(1.1)")

    make_due(mill)
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    first, second = flaky.received
    assert first.id == second.id
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert verified(first, endpoint_secret(hook)) == verified(second, endpoint_secret(hook))
    assert [one["status"] for one in deliveries(mill)[0].tries] == [500, 200]
    assert failing is not None
    assert endpoint(mill, hook).failing_since is None


def test_the_schedule_of_tries_is_kept_to_its_end(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    broken = receiver(*[503] * 20)
    add_endpoint(mill, broken.url, ["job.succeeded"])
    run(mill)
    waits = []
    for failures in range(1, len(DELAYS_S)):
        until(lambda so_far=failures: [d.failures for d in deliveries(mill)] == [so_far], courier.tick)
        waited = sql(mill, "SELECT extract(epoch FROM due_at - now()) AS s FROM webhook_deliveries")
        waits.append(float(waited[0].s))
        make_due(mill)

    until(lambda: states(mill) == {"failed"}, courier.tick)

    assert waits == pytest.approx([5, 300, 1800, 7200, 18000, 36000, 36000], abs=4)
    assert len(broken.received) == len(DELAYS_S) == 8
    assert courier.tick() == 0


def test_a_redirect_is_a_failure_and_is_not_followed(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    elsewhere = receiver()
    moved = receiver(301, location=elsewhere.url)
    add_endpoint(mill, moved.url, ["job.succeeded"])
    run(mill)

    until(lambda: deliveries(mill) and deliveries(mill)[0].tries, courier.tick)

    assert deliveries(mill)[0].tries[0]["error"] == "answered 301"
    assert elsewhere.received == []


def test_a_receiver_that_does_not_answer_in_time_has_failed(
    mill: Mill, couriers: Callable[..., Courier], receiver: Receivers
) -> None:
    hanging = receiver(hold_s=30)
    add_endpoint(mill, hanging.url, ["job.succeeded"])
    impatient = couriers(timeout_s=0.3)
    run(mill)

    until(lambda: deliveries(mill) and deliveries(mill)[0].tries, impatient.tick)

    (one,) = deliveries(mill)[0].tries
    assert (one["status"], one["error"]) == (None, "no answer in 0 s")
    assert one["duration_ms"] >= 300


def test_a_name_is_asked_for_once_a_try_and_its_checked_address_is_used(
    mill: Mill, courier: Courier, receiver: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, asked = receiver(), []
    port = good.url.split(":")[2].split("/")[0]
    add_endpoint(mill, f"http://rebinding.test:{port}/", ["job.succeeded"])
    run(mill)

    def once(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    really = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda h, *a, **k: (once if h == "rebinding.test" else really)(h, *a, **k)
    )
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    assert asked == ["rebinding.test"]
    assert good.received[0].headers["host"] == f"rebinding.test:{port}"


def test_a_private_address_is_not_connected_to(
    mill: Mill, couriers: Callable[..., Courier], receiver: Receivers
) -> None:
    canary = receiver()
    add_endpoint(mill, canary.url, ["job.succeeded"])
    strict = couriers(settings={"allow_private_urls": False})
    run(mill)

    until(lambda: deliveries(mill) and deliveries(mill)[0].tries, strict.tick)

    assert deliveries(mill)[0].tries[0]["error"] == "not sent: its host is not on the public internet"
    assert canary.received == []
