"""What is signed is what the official verifier accepts, and no other secret fits."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from mediamill import clock
from mediamill.ids import uuid7
from mediamill.webhooks.signing import endpoint_secret, message_id, signed_headers, tenant_secret

BODY = '{"type":"job.succeeded","data":{"text":"Größe"}}'.encode()
SOME = UUID("0197a3b0-5f6e-7c1d-8a2b-3c4d5e6f7a8b")


def test_the_official_verifier_accepts_a_message() -> None:
    secret = endpoint_secret(SOME)

    headers = signed_headers(secret, message_id(SOME), clock.now(), BODY)

    assert Webhook(secret).verify(BODY, headers) == {"type": "job.succeeded", "data": {"text": "Größe"}}


@pytest.mark.parametrize("changed", ["body", "id", "time", "secret", "age"])
def test_it_refuses_what_was_changed_or_is_old(changed: str) -> None:
    secret, at = endpoint_secret(SOME), clock.now()
    if changed == "age":
        at -= timedelta(minutes=6)
    headers = signed_headers(secret, message_id(SOME), at, BODY)
    if changed == "id":
        headers["webhook-id"] = message_id(uuid7())
    if changed == "time":
        headers["webhook-timestamp"] = str(int(at.timestamp()) + 1)
    verifier = Webhook(tenant_secret(SOME) if changed == "secret" else secret)

    with pytest.raises(WebhookVerificationError):
        verifier.verify(BODY + b" " if changed == "body" else BODY, headers)


def test_secrets_are_of_the_form_that_every_verifier_reads() -> None:
    secrets = {make(uuid7()) for make in (endpoint_secret, tenant_secret) for _ in range(500)}

    assert len(secrets) == 1000
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) for secret in secrets)
