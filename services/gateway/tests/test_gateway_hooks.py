"""A vendor's webhook wakes the job that waits for it, once, and nobody else's does."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, update

from mediamill.clock import now
from mediamill.jobs.states import State
from mediamill.providers.model import PredictionRow
from mediamill.webhooks.signing import signed_headers
from mediamill_testing.books import left_over
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.stacks import until
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.messenger import OTHER_SECRET, SECRET
from mediamill_testing.vendor.server import VendorServer


@pytest.fixture
def hooked(vendor: VendorServer, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> VendorServer:
    """The vendor, whose webhooks come to a gateway."""
    monkeypatch.setenv("MEDIAMILL_PUBLIC_URL", serve().url)
    read_settings_anew()
    vendor.faults.drop_hooks = False
    return vendor


def waiting(mill: Mill, seconds: float = 60) -> UUID:
    """Have a job wait."""
    job = mill.accept("test.wait", {"seconds": seconds})
    mill.work_until_idle()
    return job


def sale_of(vendor: VendorServer) -> Sale:
    """Give the one sale, ended now."""
    (sale,) = vendor.bill.sales()
    sale.seconds = 0
    return sale


def post(sale: Sale, secret: str = SECRET, url: str | None = None, **changed: Any) -> httpx.Response:
    """Send what the vendor would, or nearly that."""
    body = json.dumps({**sale.shown("http://vendor"), **changed}).encode()
    return httpx.post(url or str(sale.webhook), content=body, headers=signed_headers(secret, "msg_1", now(), body))


def woken(mill: Mill, job: UUID) -> int:
    return mill.told(job).count("woken")


def test_a_webhook_wakes_its_job_without_a_look(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill, 0.3)

    until(lambda: woken(mill, job))
    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert not {"GET predictions", "GET one"} & set(hooked.api.asked)


def test_a_webhook_that_comes_before_the_ticket_is_not_missed(mill: Mill, hooked: VendorServer) -> None:
    hooked.faults.early_hooks = True
    job = mill.accept("test.wait", {"seconds": 0})

    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED
    assert mill.told(job) == ["queued", "started", "succeeded"]


def test_webhooks_that_come_together_wake_each_job_and_settle_what_was_paid(mill: Mill, hooked: VendorServer) -> None:
    free = [mill.accept("test.wait", {"seconds": 60}) for _ in range(6)]
    paid = [mill.accept("test.wait", {"seconds": 60, "cost": "0.04"}) for _ in range(2)]
    mill.work_until_idle()
    sales = hooked.bill.sales()
    for sale in sales:
        sale.seconds = 0

    with ThreadPoolExecutor(len(sales)) as vendors:
        answers = [answer.status_code for answer in vendors.map(post, sales)]
    mill.work_until_idle()
    mill.treasurer.tick()

    assert answers == [204] * 8
    assert {mill.state_of(job) for job in free + paid} == {State.SUCCEEDED}
    assert [mill.job(job).cost for job in paid] == [Decimal("0.04")] * 2
    assert left_over(mill) == 0


def test_the_same_webhook_again_changes_nothing(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)
    sale = sale_of(hooked)

    answers = [post(sale).status_code for _ in range(3)]
    mill.work_until_idle()
    answers.append(post(sale).status_code)

    assert (answers, woken(mill, job), mill.state_of(job)) == ([204] * 4, 1, State.SUCCEEDED)


def test_a_look_and_a_webhook_at_once_wake_once(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)
    sale = sale_of(hooked)
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).values(next_at=func.now()))

    mill.watcher.tick()
    late = post(sale).status_code
    mill.work_until_idle()

    assert (late, woken(mill, job), mill.state_of(job)) == (204, 1, State.SUCCEEDED)


def test_a_forged_webhook_is_refused(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)

    answer = post(sale_of(hooked), OTHER_SECRET)

    assert (answer.status_code, answer.json()["code"]) == (401, "forged")
    assert mill.state_of(job) is State.WAITING


def test_a_signed_webhook_of_another_prediction_changes_nothing(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)

    answer = post(sale_of(hooked), id="another")

    assert (answer.status_code, mill.state_of(job)) == (204, State.WAITING)


def test_a_token_that_nobody_has_is_not_found(mill: Mill, hooked: VendorServer) -> None:
    waiting(mill)
    sale = sale_of(hooked)

    answer = post(sale, url=str(sale.webhook).replace("/hooks/replicate/", "/hooks/replicate/x"))

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_an_intermediate_event_is_ignored(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)

    answer = post(sale_of(hooked), status="processing", output=None)

    assert (answer.status_code, mill.state_of(job)) == (204, State.WAITING)


def test_a_webhook_after_the_cancel_changes_nothing(mill: Mill, hooked: VendorServer) -> None:
    job = waiting(mill)
    sale = sale_of(hooked)
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).values(state="dropped", next_at=None))

    answer = post(sale)

    assert (answer.status_code, woken(mill, job)) == (204, 0)


def test_a_huge_webhook_is_refused(mill: Mill, hooked: VendorServer) -> None:
    waiting(mill)

    answer = post(sale_of(hooked), logs="x" * 1_100_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_with_every_look_failing_webhooks_are_enough(mill: Mill, hooked: VendorServer) -> None:
    hooked.faults.deaf_reads = True
    job = waiting(mill, 0.3)

    until(lambda: woken(mill, job) or mill.turn() < 0)
    mill.work_until_idle()

    assert mill.state_of(job) is State.SUCCEEDED


@pytest.mark.anyio
async def test_a_job_says_that_a_vendor_works_on_it(
    mill: Mill, vendor: VendorServer, client: httpx.AsyncClient
) -> None:
    job = waiting(mill)

    told = (await client.get(f"/v1/jobs/{job}")).json()["waiting_for"]

    assert told["reason"] == "prediction"
    assert told["until"] > now().isoformat()
    assert "replicate" in told["detail"]
