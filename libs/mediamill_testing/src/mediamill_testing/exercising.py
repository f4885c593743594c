"""The compliance suite of providers: what every way to a vendor must do, run on the real engine and a vendor server.

A provider's test runs each of ``TRIALS`` on a stand of its own::

    @pytest.mark.parametrize("trial", TRIALS, ids=name_of)
    def test_flux(trial: Trial, mill: Mill, vendor: VendorServer) -> None:
        vendor.catalogue["black-forest-labs/flux-schnell"] = Product(price=Decimal("0.003"), as_list=True)
        exercise_provider(trial, Stand(mill, vendor, "image.generate", {"prompt": "a fox"}, provider="replicate"))

Calls that are answered at once run ``DIRECT_TRIALS``, predictions whose output is no file ``TOLD_TRIALS``.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, select, update

from mediamill import clock
from mediamill.jobs.cancel import cancel
from mediamill.jobs.model import Wait
from mediamill.jobs.states import FINAL, State
from mediamill.providers.model import PredictionRow
from mediamill_testing.books import drift, left_over, spent
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.server import FalServer, OpenAIServer, VendorServer

PATIENCE_S = 60.0
THROTTLED_S = 0.5
PAUSE_S = 0.1
"""What a look that found nothing to do leaves to the vendor and to others."""


@dataclass
class Stand:
    """A provider's way to a vendor, about to be tried: jobs of ``kind`` with ``input``, served by ``provider``."""

    mill: Mill
    server: VendorServer | OpenAIServer | FalServer
    kind: str
    input: Mapping[str, Any] = field(default_factory=dict)
    provider: str | None = None
    as_it_came: bool = True
    """What is kept are the vendor's own bytes; else they are fitted to what was asked for."""

    def accept(self) -> UUID:
        """Take a job in."""
        return self.mill.accept(self.kind, self.input, provider=self.provider or self.server.vendor)

    def ended(self) -> Row[Any]:
        """Run one job to its end and give its row; the webhook that could tell of a lost purchase does not come."""
        job, until = self.accept(), clock.monotonic() + PATIENCE_S
        while self.mill.state_of(job) not in FINAL:
            if clock.monotonic() > until:
                raise TimeoutError(f"the job is still {self.mill.state_of(job)}")
            if not self.mill.turn():
                self._let_hours_pass()
                time.sleep(PAUSE_S)
        self._let_hours_pass()
        self.mill.work_until_idle()
        self.mill.treasurer.tick()
        return self.mill.job(job)

    def _let_hours_pass(self) -> None:
        """For purchases of which nobody knows; what is on its way or waits for its turn is left alone."""
        is_lost = and_(PredictionRow.vendor_id.is_(None), PredictionRow.state.in_(["intent", "cancel"]))
        aged = {"begun_at": func.now() - timedelta(hours=9), "next_at": func.now()}
        lost = select(PredictionRow.job_id).where(is_lost)
        with self.mill.db.unit_of_work() as connection:
            connection.execute(update(PredictionRow).where(is_lost).values(aged))
            connection.execute(update(Wait).where(Wait.job_id.in_(lost)).values(wake_at=func.now()))

    def sale(self) -> Sale:
        """Give the one sale on the bill. Raises ``ValueError`` where there is another number of them."""
        (sale,) = self.server.bill.sales()
        return sale


Trial = Callable[[Stand], None]


def exercise_provider(trial: Trial, stand: Stand) -> None:
    """Run one trial, and see that it left the books as they must be."""
    trial(stand)
    assert drift(stand.mill) == []
    assert left_over(stand.mill) == 0
    assert len(stand.server.bill.sales()) <= 1


def name_of(trial: Trial) -> str:
    """Name a trial in a test's id."""
    return trial.__name__


def serves(stand: Stand) -> None:
    """A job ends with what the vendor made, in our store, for what the vendor bills."""
    job = stand.ended()

    assert job.state == State.SUCCEEDED, job.error
    _bought_once(stand, job)
    sale = stand.sale()
    made = [hashlib.sha256(sale.product.content(sale.input, n)).hexdigest() for n in range(_files(sale))]  # type: ignore[union-attr]
    assets = (job.output or {}).get("assets", [])
    if stand.as_it_came and assets and sale.product is not None and not sale.product.makes.startswith("text/"):
        assert [asset["sha256"] for asset in assets if asset["role"] == "output"][: len(made)] == made
    assert stand.server.url not in json.dumps(job.output)


def waits_as_long_as_it_is_told(stand: Stand) -> None:
    """429 buys nothing, and nobody asks again before its Retry-After has passed."""
    stand.server.faults.throttled, stand.server.faults.retry_after_s = 1, THROTTLED_S
    began = clock.now()

    job = stand.ended()

    assert job.state == State.SUCCEEDED, job.error
    _bought_once(stand, job)
    assert (stand.sale().created_at - began).total_seconds() >= THROTTLED_S


def buys_at_most_once_when_the_vendor_breaks(stand: Stand) -> None:
    """An answer of 500 is a passing fault; where nobody can tell what it left, the job says so."""
    stand.server.faults.broken = 1

    job = stand.ended()

    _bought_once_or_said_so(stand, job)


def asks_again_after_a_proxy_was_in_the_way(stand: Stand) -> None:
    """An answer of a proxy is no answer of the vendor."""
    stand.server.faults.proxied = 1

    job = stand.ended()

    _bought_once_or_said_so(stand, job)


def is_billed_at_most_once_when_cut_after_acceptance(stand: Stand) -> None:
    """What was accepted before the connection broke is found, or the job says that nobody knows; never bought twice."""
    stand.server.faults.cut_sales = 1

    job = stand.ended()

    _bought_once_or_said_so(stand, job)
    assert len(stand.server.bill.sales()) == 1


def does_not_insist_on_what_was_refused_for_its_content(stand: Stand) -> None:
    """Moderation ends the job at once, and nothing is paid."""
    stand.server.faults.moderated = 100

    job = stand.ended()

    assert (job.state, job.error["code"]) == (State.FAILED, "moderated")
    assert (len(stand.server.bill.sales()), spent(stand.mill)) == (0, Decimal(0))
    assert stand.server.faults.moderated == 99


def ends_when_the_vendor_refuses_the_input(stand: Stand) -> None:
    """What is wrong with an input stays wrong."""
    stand.server.faults.refused = 100

    job = stand.ended()

    assert (job.state, job.error["class"]) == (State.FAILED, "permanent")
    assert (len(stand.server.bill.sales()), spent(stand.mill)) == (0, Decimal(0))
    assert stand.server.faults.refused == 99


def fetches_again_what_came_in_half(stand: Stand) -> None:
    """A truncated download is fetched again and not bought again."""
    stand.server.faults.truncated_outputs = 1

    job = stand.ended()

    assert job.state == State.SUCCEEDED, job.error
    assert stand.server.faults.truncated_outputs == 0
    _bought_once(stand, job)


def does_not_buy_again_what_has_expired(stand: Stand) -> None:
    """An output that is gone fails the job with what was paid for it."""
    stand.server.faults.expired_outputs = True

    job = stand.ended()

    assert (job.state, "expired" in job.error["message"]) == (State.FAILED, True)
    assert spent(stand.mill) == stand.sale().billed


def cancels_at_the_vendor(stand: Stand) -> None:
    """A job that is cancelled while it waits has its prediction cancelled."""
    for model, product in list(stand.server.catalogue.items()):
        stand.server.catalogue[model] = replace(product, seconds=60)
    job = stand.accept()
    stand.mill.work_until_idle()

    stand.mill.db.run(lambda connection: cancel(connection, stand.mill.tenant, job))
    stand.mill.work_until_idle()
    stand.mill.treasurer.tick()

    assert (stand.mill.state_of(job), stand.sale().status) == (State.CANCELED, "canceled")
    assert spent(stand.mill) == stand.server.bill.total()


DIRECT_TRIALS: tuple[Trial, ...] = (
    serves,
    waits_as_long_as_it_is_told,
    buys_at_most_once_when_the_vendor_breaks,
    asks_again_after_a_proxy_was_in_the_way,
    is_billed_at_most_once_when_cut_after_acceptance,
    does_not_insist_on_what_was_refused_for_its_content,
    ends_when_the_vendor_refuses_the_input,
)
"""For calls that are answered at once with what they made: nothing waits there, and nothing is fetched."""
TOLD_TRIALS: tuple[Trial, ...] = (*DIRECT_TRIALS, cancels_at_the_vendor)
"""For predictions whose output says it all."""
TRIALS: tuple[Trial, ...] = (*TOLD_TRIALS, fetches_again_what_came_in_half, does_not_buy_again_what_has_expired)
"""For predictions whose output is to be fetched."""


def _files(sale: Sale) -> int:
    return sale.product.files(sale.input) if sale.product is not None else 0


def _bought_once(stand: Stand, job: Row[Any]) -> None:
    """The vendor has one sale, and the ledger is its bill."""
    billed = stand.sale().billed
    assert (job.cost, spent(stand.mill)) == (billed, billed)


def _bought_once_or_said_so(stand: Stand, job: Row[Any]) -> None:
    assert State(job.state) in FINAL
    if job.state == State.SUCCEEDED:
        _bought_once(stand, job)
    else:
        assert (job.state, job.error["code"]) == (State.FAILED, "outcome-unknown"), job.error
        assert len(stand.server.bill.sales()) <= 1
