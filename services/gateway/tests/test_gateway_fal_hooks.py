"""fal's webhooks wake the jobs that wait for them: signed by a published key, once, and nobody else's do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from mediamill.jobs.states import State
from mediamill.settings import Settings
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.market.vendors import CATALOGUES
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.stacks import until
from mediamill_testing.vendor.messenger import ed25519
from mediamill_testing.vendor.server import FalServer


@pytest.fixture
def market(config: Settings, tmp_path: Path) -> Iterator[Mill]:
    """A mill that serves the market."""
    made = Mill(config.model_copy(update={"claim_timeout_s": 0.2}), tmp_path, engine_registry("market"))
    yield made
    made.close()


@pytest.fixture
def hooked(fal_vendor: FalServer, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> FalServer:
    """fal, whose webhooks come to a gateway."""
    monkeypatch.setenv("MEDIAMILL_PUBLIC_URL", serve().url)
    read_settings_anew()
    fal_vendor.catalogue.update(CATALOGUES["fal"])
    fal_vendor.faults.drop_hooks = False
    return fal_vendor


def waiting(market: Mill) -> UUID:
    """Have a job wait for a webhook, and look at nothing itself."""
    job = market.accept("market.draw", {}, provider="fal")
    market.dispatcher.tick()
    deliver(market)
    return job


def deliver(market: Mill) -> None:
    """Run what is on the wire, without a look at fal."""
    watchers, market.watchers = market.watchers, []
    market.work_until_idle()
    market.watchers = watchers


def woken(market: Mill, job: UUID) -> int:
    return market.told(job).count("woken")


def post(fal: FalServer, *, is_forged: bool = False, **told: Any) -> httpx.Response:
    """Send what fal would, or nearly that."""
    (sale,) = fal.bill.sales()
    body = json.dumps({**json.loads(fal.api.told(sale)), **told}).encode()
    return httpx.post(str(sale.webhook), content=body, headers=dict(ed25519(sale.id, body, is_forged)))


def test_a_webhook_wakes_its_job_without_a_look(market: Mill, hooked: FalServer) -> None:
    job = waiting(market)

    until(lambda: woken(market, job))
    deliver(market)

    assert market.state_of(job) is State.SUCCEEDED
    assert hooked.api.asked == {"POST app": 1, "GET jwks": 1}


def test_the_same_webhook_again_changes_nothing(market: Mill, hooked: FalServer) -> None:
    hooked.faults.repeat_hooks = 3
    job = waiting(market)
    until(lambda: woken(market, job))
    deliver(market)

    late = post(hooked)

    assert (late.status_code, woken(market, job), market.state_of(job)) == (204, 1, State.SUCCEEDED)


def test_a_webhook_that_comes_before_the_ticket_is_not_missed(market: Mill, hooked: FalServer) -> None:
    hooked.faults.early_hooks = True

    job = waiting(market)

    assert market.state_of(job) is State.SUCCEEDED
    assert len(hooked.bill.sales()) == 1


def test_what_was_cut_off_tells_of_itself(market: Mill, hooked: FalServer) -> None:
    hooked.faults.cut_sales, hooked.faults.late_hooks_s = 1, 2
    job = waiting(market)
    while market.state_of(job) is not State.WAITING:  # another attempt has found that only the webhook can tell
        deliver(market)
    parked = market.predictions(job)[0].state

    until(lambda: woken(market, job))
    deliver(market)

    assert (parked, market.state_of(job)) == ("intent", State.SUCCEEDED)
    assert (len(hooked.bill.sales()), market.job(job).cost) == (1, hooked.bill.total())


def test_a_forged_webhook_is_refused_and_a_look_finishes_the_job(market: Mill, hooked: FalServer) -> None:
    hooked.faults.drop_hooks = True
    job = waiting(market)

    answer = post(hooked, is_forged=True)
    before = market.state_of(job)
    state = market.work_until_ended(job)

    assert (answer.status_code, answer.json()["code"]) == (401, "forged")
    assert (before, state) == (State.WAITING, State.SUCCEEDED)


def test_a_signed_webhook_of_another_request_changes_nothing(market: Mill, hooked: FalServer) -> None:
    hooked.faults.drop_hooks = True
    job = waiting(market)

    answer = post(hooked, request_id="another")

    assert (answer.status_code, market.state_of(job)) == (204, State.WAITING)
