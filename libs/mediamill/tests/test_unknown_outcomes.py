"""A purchase of which its vendor cannot tell: its webhook may, else the kind says whether it is bought again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import func, update

from mediamill.jobs.settled import Settled, settle_at_once
from mediamill.jobs.states import State
from mediamill.providers.model import PredictionRow
from mediamill.providers.protocol import Ended
from mediamill.queues.registry import Registry
from mediamill.settings import Settings
from mediamill_testing.books import drift, left_over, spent
from mediamill_testing.chains import with_policy
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.market.vendors import CATALOGUES, EACH
from mediamill_testing.mortals import look_now
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import FalServer

PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
ENDS = {State.SUCCEEDED, State.FAILED}


@pytest.fixture
def cut(fal_vendor: FalServer) -> FalServer:
    """Fal, whose answer to the first purchase is lost."""
    fal_vendor.catalogue.update(CATALOGUES["fal"])
    fal_vendor.faults.cut_sales = 1
    return fal_vendor


@pytest.fixture
def mill_of(database_url: str, tmp_path: Path) -> Iterator[list[Mill]]:
    """Where a test puts its mill, so that it is closed."""
    made: list[Mill] = []
    yield made
    for mill in made:
        mill.close()


def market(registry: Registry, database_url: str, folder: Path) -> Mill:
    return Mill(Settings(database_url=SecretStr(database_url), secret=SecretStr("test")), folder, registry)


def parked(mill: Mill) -> UUID:
    """Have a job buy, lose the answer, and wait for a webhook."""
    job = mill.accept("market.draw", provider="fal")

    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.state_of(job) is State.WAITING

    until(turn)
    return job


def ended(mill: Mill, job: UUID) -> State:
    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return mill.state_of(job) in ENDS

    until(turn)
    mill.treasurer.tick()
    return mill.state_of(job)


def let_the_webhook_be_lost(mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(update(PredictionRow).values(begun_at=func.now() - func.make_interval(0, 0, 0, 0, 1)))


@pytest.mark.parametrize("policy", ["fail", "buy_again"])
def test_it_waits_for_the_webhook_that_tells(
    policy: str, cut: FalServer, mill_of: list[Mill], database_url: str, tmp_path: Path
) -> None:
    mill = market(with_policy(engine_registry("market"), "market.draw", policy), database_url, tmp_path)
    mill_of.append(mill)
    job = parked(mill)

    told = Ended(id=cut.bill.sales()[0].id, output={"images": [{"url": PICTURE}]})
    settle_at_once(mill.db, [Settled("fal", mill.predictions(job)[0].token_hash, told)])
    state = ended(mill, job)

    assert (state, len(cut.bill.sales()), spent(mill)) == (State.SUCCEEDED, 1, EACH)
    assert (drift(mill), left_over(mill)) == ([], 0)


def test_where_nothing_tells_the_job_says_so_and_nothing_is_bought_again(
    cut: FalServer, mill_of: list[Mill], database_url: str, tmp_path: Path
) -> None:
    mill = market(engine_registry("market"), database_url, tmp_path)
    mill_of.append(mill)
    job = parked(mill)

    let_the_webhook_be_lost(mill)
    state = ended(mill, job)

    assert (state, mill.job(job).error["code"], len(cut.bill.sales())) == (State.FAILED, "outcome-unknown", 1)


def test_where_its_kind_says_so_it_is_bought_again_and_both_are_counted(
    cut: FalServer, mill_of: list[Mill], database_url: str, tmp_path: Path
) -> None:
    mill = market(with_policy(engine_registry("market"), "market.draw", "buy_again"), database_url, tmp_path)
    mill_of.append(mill)
    job = parked(mill)

    let_the_webhook_be_lost(mill)
    state = ended(mill, job)

    logged = [event.data["text"] for event in mill.events(job) if event.type == "job.log"]
    assert (state, len(cut.bill.sales()), spent(mill), mill.job(job).cost) == (State.SUCCEEDED, 2, 2 * EACH, 2 * EACH)
    assert (len(logged), drift(mill), left_over(mill)) == (1, [], 0)
