"""What fal answers becomes what the engine knows; its webhooks are believed when fal signed them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from mediamill.clock import monotonic, now
from mediamill.errors import JobError, Moderated, OutcomeUnknown, Permanent, ProviderDown, RateLimited, Transient
from mediamill.ids import uuid7
from mediamill.providers.protocol import EffectKey, Ended
from mediamill.settings import Settings
from mediamill_testing.market.contract import Draw
from mediamill_testing.market.vendors import OnFal
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.vendor.catalogue import Product
from mediamill_testing.vendor.messenger import ed25519
from mediamill_testing.vendor.server import FalServer
from mediamill_vendors.fal.vendor import Fal, base_of, fal
from mediamill_vendors.fal.wire import Client, wire
from mediamill_vendors.forged import Forged

APP = "fal-ai/flux/schnell"
QUERY = {"effect": "job:0", "app": "fal-ai/flux"}


def effect(ordinal: int = 0) -> EffectKey:
    return EffectKey(uuid7(), ordinal, 1, "token", now())


def bought(**input: Any) -> str:
    return fal().submit(APP, input, effect())


def looked(*ids: str) -> list[Ended]:
    return [end for ends in fal().poll(ids, len(ids)) for end in ends]


def hook(told: dict[str, Any], *, is_forged: bool = False) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"request_id": "r1", "error": None, **told}).encode()
    return dict(ed25519("r1", body, is_forged)), body


def test_the_vendor_of_the_tests_is_one_to_fals_own_client(fal_vendor: FalServer) -> None:
    fal_vendor.catalogue[APP] = Product(count="num_images")
    client = Client("test", 10, transport=wire(fal_vendor.url))

    output = client.subscribe(APP, {"num_images": 2, "image_size": "square"}, with_logs=True, on_queue_update=print)

    assert [image["content_type"] for image in output["images"]] == ["image/png"] * 2


def test_a_prediction_is_named_by_its_path_at_the_queue(fal_vendor: FalServer) -> None:
    id = bought(seconds=0)

    assert id == f"fal-ai/flux/requests/{fal_vendor.bill.sales()[0].id}"
    assert looked(id) == [Ended(id=id, output={"prediction": id.rpartition("/")[2]})]


@pytest.mark.parametrize(
    ("app", "base"),
    [("a/b", "a/b"), ("a/b/c/d", "a/b"), ("workflows/a/b/c", "workflows/a/b"), ("comfy/a/b", "comfy/a/b")],
)
def test_requests_lie_under_the_app_without_its_path(app: str, base: str) -> None:
    assert base_of(app) == base


def test_what_goes_on_is_not_given_and_what_is_not_known_has_failed(fal_vendor: FalServer) -> None:
    going = bought(seconds=60)

    (end,) = looked(going, "fal-ai/flux/requests/gone")

    assert end.failure is not None
    assert type(end.failure.error()) is Permanent


@pytest.mark.parametrize(
    ("fault", "error"),
    [("wrong size", Permanent), ("nsfw", Moderated), ("interrupted by its runner", Transient)],
)
def test_a_failure_is_of_its_kind_by_a_look_and_by_a_webhook(
    fal_vendor: FalServer, fault: str, error: type[JobError]
) -> None:
    id = bought(fail=fault)
    sale = fal_vendor.bill.sales()[0]
    body = fal_vendor.api.told(sale)
    fal().learn()

    (by_look,) = looked(id)
    by_hook = fal().read_hook(ed25519(sale.id, body, False), QUERY, body)

    for end in (by_look, by_hook):
        assert end is not None
        assert end.failure is not None
        assert (end.id, type(end.failure.error())) == (id, error)


def test_a_queue_that_breaks_while_a_result_is_read_has_not_failed_the_prediction(fal_vendor: FalServer) -> None:
    id = bought(seconds=0)
    fal_vendor.faults.broken = 1

    with pytest.raises(Transient):
        looked(id)

    assert looked(id)[0].failure is None


def test_canceling_twice_is_fine(fal_vendor: FalServer) -> None:
    id = bought(seconds=60)

    for name in (id, id, "fal-ai/flux/requests/gone"):
        fal().cancel(name)

    assert fal_vendor.bill.sales()[0].status == "canceled"
    assert looked(id)[0].failure is not None


@pytest.mark.parametrize(
    ("fault", "error", "is_refusal", "sales"),
    [
        ("throttled", RateLimited, True, 0),
        ("refused", Permanent, True, 0),
        ("moderated", Moderated, True, 0),
        ("penniless", ProviderDown, True, 0),
        ("broken", Transient, False, 0),
        ("away", ProviderDown, False, 0),
        ("proxied", ProviderDown, True, 0),
        ("cut_sales", Transient, False, 1),
    ],
)
def test_a_refusal_says_whether_anything_may_have_been_bought(
    fal_vendor: FalServer, fault: str, error: type[JobError], is_refusal: bool, sales: int
) -> None:
    setattr(fal_vendor.faults, fault, 1)
    began = monotonic()

    with pytest.raises(error) as raised:
        bought(seconds=0)

    assert (type(raised.value), raised.value.is_refusal) == (error, is_refusal)
    assert (len(fal_vendor.bill.sales()), fal_vendor.api.asked) == (sales, {"POST app": 1})
    assert monotonic() - began < 4


def test_nobody_there_sold_nothing() -> None:
    with pytest.raises(ProviderDown) as raised:
        Fal(Settings(fal_queue_url="http://127.0.0.1:9", fal_key=SecretStr("x"))).submit(APP, {}, effect())

    assert raised.value.is_refusal


def test_the_queue_may_lie_under_a_path(fal_vendor: FalServer) -> None:
    vendor = Fal(Settings(fal_queue_url=f"{fal_vendor.url}/fal-queue/", fal_key=SecretStr("x")))

    vendor.submit(APP, {}, effect())

    assert fal_vendor.bill.sales()[0].model == f"fal-queue/{APP}"


def test_a_webhook_is_read_when_fal_signed_it(fal_vendor: FalServer) -> None:
    headers, body = hook({"status": "OK", "payload": {"images": []}})
    with pytest.raises(Forged):
        fal().read_hook(headers, QUERY, body)

    fal().learn()

    assert fal().read_hook(headers, QUERY, body) == Ended(id="fal-ai/flux/requests/r1", output={"images": []})


def test_keys_are_asked_for_once_a_minute_at_most(fal_vendor: FalServer) -> None:
    for _ in range(3):
        fal().learn()

    assert fal_vendor.api.asked == {"GET jwks": 1}


Change = Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]


@pytest.mark.parametrize(
    "change",
    [
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: (headers | {"x-fal-webhook-request-id": "r2"}, body),
        lambda headers, body: (headers | {"x-fal-webhook-timestamp": "1700000000"}, body),
        lambda headers, body: (headers | {"x-fal-webhook-signature": "00" * 64}, body),
        lambda headers, body: (headers | {"x-fal-webhook-signature": "not hex"}, body),
        lambda _, body: ({}, body),
        lambda *_: hook({"status": "OK", "payload": {}}, is_forged=True),
    ],
    ids=["body", "request", "time", "signature", "no hex", "none", "another key"],
)
def test_a_webhook_that_was_changed_is_forged(fal_vendor: FalServer, change: Change) -> None:
    fal().learn()

    headers, body = change(*hook({"status": "OK", "payload": {}}))

    with pytest.raises(Forged):
        fal().read_hook(headers, QUERY, body)


def test_a_webhook_without_its_output_leaves_it_to_a_look(fal_vendor: FalServer) -> None:
    fal().learn()

    assert fal().read_hook(*with_query(hook({"status": "OK", "payload": None, "payload_error": "too large"}))) is None


def test_a_signed_webhook_of_nothing_known_is_refused(fal_vendor: FalServer) -> None:
    fal().learn()
    headers, body = hook({"status": "OK", "payload": {}})

    with pytest.raises(Permanent):
        fal().read_hook(headers, {}, body)


def with_query(told: tuple[dict[str, str], bytes]) -> tuple[dict[str, str], dict[str, str], bytes]:
    return told[0], QUERY, told[1]


def test_only_a_webhook_can_tell_of_a_lost_purchase_and_only_for_a_while(
    fal_vendor: FalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutcomeUnknown) as hooked:
        OnFal().find(Draw(), effect())
    with pytest.raises(OutcomeUnknown) as late:
        OnFal().find(Draw(), effect()._replace(begun_at=now().replace(year=2020)))
    monkeypatch.setenv("MEDIAMILL_FAL_QUEUE_URL", "https://queue.fal.run")
    read_settings_anew()
    with pytest.raises(OutcomeUnknown) as unheard:
        OnFal().find(Draw(), effect())

    assert 0 < (hooked.value.retry_after_s or 0) <= 60
    assert (late.value.retry_after_s, unheard.value.retry_after_s) == (None, None)
