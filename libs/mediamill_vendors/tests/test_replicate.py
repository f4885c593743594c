"""What Replicate answers becomes what the engine knows, in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from replicate.client import Client

from mediamill.clock import monotonic, now
from mediamill.errors import MediamillError, Moderated, OutcomeUnknown, Permanent, ProviderDown, RateLimited, Transient
from mediamill.ids import uuid7
from mediamill.providers.protocol import EffectKey, Ended
from mediamill.settings import Settings
from mediamill_testing.vendor.server import VendorServer
from mediamill_vendors.refusals import failed, retry_after_s
from mediamill_vendors.replicate.vendor import Replicate

MODEL = "test/wait"


@pytest.fixture
def server() -> Iterator[VendorServer]:
    started = VendorServer().start()
    started.faults.drop_hooks = True
    yield started
    started.close()


def vendor_at(url: str, token: str = "test") -> Replicate:
    return Replicate(Settings(replicate_base_url=url, replicate_api_token=SecretStr(token)))


@pytest.fixture
def vendor(server: VendorServer) -> Replicate:
    return vendor_at(server.url)


def effect(ordinal: int = 0) -> EffectKey:
    return EffectKey(uuid7(), ordinal, 1, "token", now())


def looked(vendor: Replicate, ids: list[str]) -> list[Ended]:
    """Look at all that there are."""
    return [end for ends in vendor.poll(ids, len(ids)) for end in ends]


def test_the_vendor_of_the_tests_is_one_to_replicates_own_client(vendor: Replicate, server: VendorServer) -> None:
    client = Client("test", base_url=server.url, trust_env=False)

    made = client.models.predictions.create(MODEL, input={"seconds": 0})
    (end,) = looked(vendor, [made.id])

    assert client.predictions.get(made.id).output == end.output == {"prediction": made.id}
    assert [one.id for one in client.predictions.list()] == [made.id]


def test_what_was_bought_is_found_by_its_key(vendor: Replicate) -> None:
    keys = [effect() for _ in range(120)]
    ids = [vendor.submit(MODEL, {"seconds": 9}, key) for key in keys]

    assert [vendor.find(keys[0]), vendor.find(keys[-1])] == [ids[0], ids[-1]]
    assert vendor.find(effect()) is None


def test_a_versioned_model_is_asked_for_by_its_version(vendor: Replicate, server: VendorServer) -> None:
    vendor.submit("owner/name:abc", {"seconds": 0}, effect())

    assert server.api.asked == {"POST predictions": 1}
    assert server.bill.sales()[0].model == "test/versioned"


def test_few_are_looked_at_one_by_one_and_many_by_the_page(vendor: Replicate, server: VendorServer) -> None:
    ids = [vendor.submit(MODEL, {"seconds": 0}, effect()) for _ in range(150)]
    server.api.asked.clear()

    few = [end for ends in vendor.poll(ids[:3], 150) for end in ends]
    many = looked(vendor, ids)

    assert ({end.id for end in few}, {end.id for end in many}) == (set(ids[:3]), set(ids))
    assert server.api.asked == {"GET one": 3, "GET predictions": 2}


def test_what_goes_on_is_not_given(vendor: Replicate) -> None:
    id = vendor.submit(MODEL, {"seconds": 60}, effect())

    assert looked(vendor, [id]) == []


def test_a_prediction_that_is_not_known_has_failed(vendor: Replicate) -> None:
    (end,) = looked(vendor, ["gone"])

    assert end.failure is not None
    assert isinstance(end.failure.error(), Permanent)


def test_canceling_twice_is_fine(vendor: Replicate, server: VendorServer) -> None:
    id = vendor.submit(MODEL, {"seconds": 60}, effect())

    for name in (id, id, "gone"):
        vendor.cancel(name)

    assert server.bill.sales()[0].status == "canceled"


def throttled(server: VendorServer) -> None:
    server.faults.throttled, server.faults.retry_after_s = 1, 7


def broken(server: VendorServer) -> None:
    server.faults.broken = 1


def cut(server: VendorServer) -> None:
    server.faults.cut_sales = 1


@pytest.mark.parametrize(
    ("fault", "error", "after_s"), [(throttled, RateLimited, 7), (broken, Transient, None), (cut, Transient, None)]
)
def test_a_refusal_is_told_at_once(
    vendor: Replicate,
    server: VendorServer,
    fault: Callable[[VendorServer], None],
    error: type[MediamillError],
    after_s: float | None,
) -> None:
    fault(server)
    began = monotonic()

    with pytest.raises(error) as raised:
        vendor.submit(MODEL, {"seconds": 0}, effect())

    assert raised.value.retry_after_s == after_s
    assert monotonic() - began < 5


def test_an_answer_that_cannot_be_read_may_have_been_a_sale(vendor: Replicate, server: VendorServer) -> None:
    server.faults.garbled = True

    for ask in (lambda: vendor.submit(MODEL, {}, effect()), lambda: looked(vendor, ["any"]), vendor.learn):
        with pytest.raises(Transient, match="cannot be read"):
            ask()


def test_a_throttled_look_is_not_repeated_by_the_client(vendor: Replicate, server: VendorServer) -> None:
    server.faults.throttled, server.faults.retry_after_s = 1, 30

    with pytest.raises(RateLimited):
        looked(vendor, ["any"])

    assert server.api.asked == {"GET one": 1}


def test_nobody_there_is_a_vendor_that_is_down() -> None:
    with pytest.raises(ProviderDown):
        vendor_at("http://127.0.0.1:9").submit(MODEL, {}, effect())


def test_a_wrong_token_is_an_account_that_is_shut(server: VendorServer) -> None:
    server.api.token = "right"

    with pytest.raises(ProviderDown) as raised:
        vendor_at(server.url, "wrong").submit(MODEL, {}, effect())

    assert raised.value.is_refusal


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("NSFW content detected. Try running it again.", Moderated),
        ("Prediction interrupted; please retry (code: PA)", Transient),
        ("CUDA out of memory", Transient),
        ("width must be a multiple of 8", Permanent),
        (None, Permanent),
    ],
)
def test_a_failure_is_of_its_kind(message: str | None, error: type[MediamillError]) -> None:
    assert type(failed(message)) is error


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3), ("0.5", 0.5), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
)
def test_retry_after_is_read_in_all_its_forms(header: str, seconds: float | None) -> None:
    assert retry_after_s(header) == seconds


def test_what_shows_another_key_is_not_taken_for_ones_own(vendor: Replicate, server: VendorServer) -> None:
    vendor.submit(MODEL, {"seconds": 5}, effect())

    assert vendor.find_like(MODEL, {"seconds": 5}, effect()) is None


def test_without_a_webhook_what_looks_alike_is_adopted_or_left_alone(vendor: Replicate, server: VendorServer) -> None:
    vendor._hooked = False  # noqa: SLF001  # as with a public URL that the vendor cannot reach
    key = effect()
    first = vendor.submit(MODEL, {"seconds": 5}, effect())

    found = vendor.find_like(MODEL, {"seconds": 5}, key)
    other = vendor.find_like(MODEL, {"seconds": 6}, key)
    vendor.submit(MODEL, {"seconds": 5}, effect())

    assert (found, other, server.bill.keys()) == (first, None, ["", ""])
    with pytest.raises(OutcomeUnknown):
        vendor.find_like(MODEL, {"seconds": 5}, key)


def test_another_mediamill_that_cannot_call_back_is_asked_again_under_the_same_key(
    vendor: Replicate, server: VendorServer
) -> None:
    vendor._hooked = False  # noqa: SLF001  # as with a public URL that the vendor cannot reach
    server.faults.replays = True
    model, key, other = "mediamill/image-edit", effect(), effect(1)

    bought = vendor.submit(model, {"seconds": 5}, key)
    found, made_now = (vendor.find_like(model, {"seconds": 5}, one) for one in (key, other))

    assert (found, made_now != bought) == (bought, True)
    assert server.bill.keys() == [str(key), str(other)]


def test_what_another_mediamill_sold_before_the_line_was_cut_is_found_by_its_key(
    vendor: Replicate, server: VendorServer
) -> None:
    vendor._hooked = False  # noqa: SLF001  # as above
    server.faults.replays, server.faults.cut_sales = True, 1
    key = effect()
    with pytest.raises(Transient):
        vendor.submit("mediamill/image-edit", {"seconds": 5}, key)

    found = vendor.find_like("mediamill/image-edit", {"seconds": 5}, key)

    assert [sale.id for sale in server.bill.sales()] == [found]


def test_replicate_itself_is_sent_no_key(vendor: Replicate, server: VendorServer) -> None:
    vendor._hooked = False  # noqa: SLF001  # as above

    vendor.submit(MODEL, {"seconds": 5}, effect())

    assert server.bill.keys() == [""]
