"""Each vendor is bought from as every provider must be: the compliance suite on the simplest ways there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, update

from mediamill.jobs.cancel import cancel
from mediamill.jobs.predictions import FORGOTTEN_S
from mediamill.providers.model import PredictionRow
from mediamill.settings import Settings
from mediamill_testing.books import left_over, spent
from mediamill_testing.exercising import DIRECT_TRIALS, TRIALS, Stand, Trial, exercise_provider, name_of
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.market.vendors import CATALOGUES
from mediamill_testing.plugin import read_settings_anew
from mediamill_testing.vendor.server import FalServer, OpenAIServer, VendorServer

every_trial = pytest.mark.parametrize("trial", TRIALS, ids=name_of)
every_direct_trial = pytest.mark.parametrize("trial", DIRECT_TRIALS, ids=name_of)


@pytest.fixture
def market(database_url: str, tmp_path: Path) -> Iterator[Mill]:
    """A mill that serves the market."""
    config = Settings(database_url=SecretStr(database_url), claim_timeout_s=0.2, secret=SecretStr("test"))
    made = Mill(config, tmp_path, engine_registry("market"))
    yield made
    made.close()


@every_trial
def test_replicate_complies(trial: Trial, market: Mill, vendor: VendorServer) -> None:
    vendor.catalogue.update(CATALOGUES["replicate"])

    exercise_provider(trial, Stand(market, vendor, "market.draw", {"n": 2}))


@every_trial
def test_fal_complies(trial: Trial, market: Mill, fal_vendor: FalServer) -> None:
    fal_vendor.catalogue.update(CATALOGUES["fal"])

    exercise_provider(trial, Stand(market, fal_vendor, "market.draw", {"n": 2}))


@every_direct_trial
@pytest.mark.parametrize("kind", ["market.sketch", "market.say"])
def test_openai_complies(trial: Trial, kind: str, market: Mill, openai_vendor: OpenAIServer) -> None:
    openai_vendor.catalogue.update(CATALOGUES["openai"])

    exercise_provider(trial, Stand(market, openai_vendor, kind))


@every_direct_trial
def test_openai_with_replays_complies(trial: Trial, replaying: OpenAIServer, market: Mill) -> None:
    replaying.catalogue.update(CATALOGUES["openai"])

    exercise_provider(trial, Stand(market, replaying, "market.sketch", {"n": 2}))


def test_with_replays_what_was_cut_off_is_found_and_not_lost(replaying: OpenAIServer, market: Mill) -> None:
    replaying.catalogue.update(CATALOGUES["openai"])
    replaying.faults.cut_sales = 1

    job = Stand(market, replaying, "market.sketch").ended()

    assert (job.state, len(replaying.bill.sales()), job.cost) == ("succeeded", 1, replaying.bill.total())


@pytest.fixture
def replaying(openai_vendor: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """A server that answers a repeated key with what it made the first time, and is known to."""
    monkeypatch.setenv("MEDIAMILL_OPENAI_REPLAYS", "1")
    read_settings_anew()
    openai_vendor.faults.replays = True
    return openai_vendor


def test_a_purchase_that_nobody_can_find_counts_as_billed_when_its_job_is_canceled(
    market: Mill, fal_vendor: FalServer
) -> None:
    fal_vendor.catalogue.update(CATALOGUES["fal"])
    fal_vendor.faults.cut_sales = 1
    job = Stand(market, fal_vendor, "market.draw").accept()
    market.turn()

    market.db.run(lambda connection: cancel(connection, market.tenant, job))
    market.turn()
    early = market.predictions(job)[0].state
    let_time_pass(market)
    market.work_until_idle()
    market.treasurer.tick()

    assert (early, market.predictions(job)[0].state) == ("cancel", "dropped")
    assert (spent(market), left_over(market)) == (fal_vendor.bill.total(), 0)


def let_time_pass(mill: Mill) -> None:
    """Let a purchase be older than any that still might get its ticket."""
    changes = update(PredictionRow).values(begun_at=func.now() - timedelta(seconds=FORGOTTEN_S + 1), next_at=func.now())
    with mill.db.unit_of_work() as connection:
        connection.execute(changes)
