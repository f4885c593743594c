"""A job that came by the OpenAI surface is told in OpenAI's events, which its own client verifies and reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from openai import OpenAI

from conductor.courier.tick import Courier
from mediamill.jobs.accept import JobWebhook
from mediamill.webhooks.openai import event
from mediamill.webhooks.signing import tenant_secret
from mediamill_testing.harness import Mill
from mediamill_testing.receiver import Receiver, until
from mediamill_testing.webhooks import run, states

Receivers = Callable[..., Receiver]
JOB = "0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b"


def test_openai_s_client_unwraps_what_comes(mill: Mill, courier: Courier, receiver: Receivers) -> None:
    own = receiver()

    job_id = run(mill, webhook=JobWebhook(own.url, ["job.succeeded"], "lane", "openai"))
    until(lambda: states(mill) == {"delivered"}, courier.tick)

    (message,) = own.received
    client = OpenAI(api_key="none", webhook_secret=tenant_secret(mill.tenant))
    told = client.webhooks.unwrap(message.body, message.headers)
    assert (told.object, told.type, told.data.id) == ("event", "test.completed", f"job_{job_id.hex}")
    assert told.id.startswith("evt_")


@pytest.mark.parametrize(
    ("queue", "state", "told"),
    [
        ("video", "succeeded", ("video.completed", "video_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b")),
        ("video", "canceled", ("video.failed", "video_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b")),
        ("text", "failed", ("response.failed", "resp_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b")),
        ("text", "canceled", ("response.cancelled", "resp_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b")),
    ],
)
def test_clips_and_responses_are_called_what_their_clients_call_them(
    queue: str, state: str, told: tuple[str, str]
) -> None:
    written = event({"id": JOB, "queue": queue, "state": state}, 4, 1.5)

    assert (written["type"], written["data"]["id"]) == told
    assert (written["id"], written["created_at"]) == ("evt_0197a3b05f6e7c1d8a2b3c4d5e6f7a8b_4", 1)
