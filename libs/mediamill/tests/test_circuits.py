"""A provider's model that fails again and again is left alone, by everybody, until it shows that it is well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from mediamill.db.session import Database
from mediamill.jobs import turns as giving
from mediamill.jobs.model import Wait
from mediamill.jobs.states import State
from mediamill.jobs.turns import Candidate, Choice
from mediamill.providers.circuits import FIRST_REST_S, LONGEST_REST_S, OPENS_AFTER, Failure, close, fail
from mediamill_testing.chains import circuits, end_rests, order, served_by, turns
from mediamill_testing.harness import Mill
from mediamill_testing.mortals import look_now
from mediamill_testing.stacks import until
from mediamill_testing.vendor.server import VendorServer

ENDS = {State.SUCCEEDED, State.FAILED, State.CANCELED}
BROKEN = Failure("replicate", "test/serve", "It is broken.", is_probe=False)


def ended(mill: Mill, jobs: list[UUID]) -> None:
    def turn() -> bool:
        look_now(mill)
        mill.turn()
        return all(mill.state_of(job) in ENDS for job in jobs)

    until(turn)


def serve(mill: Mill, number: int = 1) -> list[UUID]:
    jobs = [mill.accept("test.serve") for _ in range(number)]
    ended(mill, jobs)
    return jobs


def broken(mill: Mill) -> None:
    """Open the circuit, as jobs of other workers did."""
    for _ in range(OPENS_AFTER):
        mill.db.one(fail(BROKEN))


def test_five_failures_in_a_row_open_it_and_nobody_submits_any_more(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    vendor.faults.away = 1_000

    first = serve(mill, OPENS_AFTER)
    asked = vendor.api.asked["POST predictions"]
    later = serve(mill, 5)

    assert {served_by(mill, job) for job in first + later} == {"local"}
    assert asked == vendor.api.asked["POST predictions"] == OPENS_AFTER
    assert [(row.model, row.failures, row.opened_at is not None) for row in circuits(mill)] == [("test/serve", 5, True)]
    assert [turns(mill, job) for job in later] == [[("local", 1)]] * 5


def test_a_success_in_between_begins_the_count_anew(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    for _ in range(OPENS_AFTER - 1):
        mill.db.one(fail(BROKEN))

    (job,) = serve(mill)

    assert (served_by(mill, job), circuits(mill)) == ("replicate", [])


def test_who_is_well_costs_nothing_beyond_the_turn(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    (warm,) = serve(mill)
    statements: list[str] = []
    rows = mill.db.rows

    def counted(statement: giving.Prepared, patience_s: float = 60) -> list[object]:
        statements.append(str(statement.clause))
        return rows(statement, patience_s)

    mill.db.rows = counted  # type: ignore[method-assign,assignment]  # what the run says to the database, in its order
    (job,) = serve(mill)

    assert (served_by(mill, warm), served_by(mill, job)) == ("replicate", "replicate")
    naming = [statement for statement in statements if "circuits" in statement]
    assert len(naming) == 1
    assert "INSERT INTO steps" in naming[0]


@pytest.mark.parametrize("fault", ["throttled", "refused"])
def test_being_busy_or_refusing_what_was_asked_is_no_failure(mill: Mill, vendor: VendorServer, fault: str) -> None:
    order(mill, "replicate", "local")
    vendor.faults.retry_after_s = 0
    setattr(vendor.faults, fault, 6)

    serve(mill, 6)

    assert circuits(mill) == []


def test_after_its_rest_one_job_tries_it_and_closes_it(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    broken(mill)
    (resting,) = serve(mill)

    end_rests(mill)
    (probe, after) = [*serve(mill), *serve(mill)]

    assert [served_by(mill, job) for job in (resting, probe, after)] == ["local", "replicate", "replicate"]
    assert circuits(mill) == []


def test_a_probe_that_fails_begins_a_rest_that_is_twice_as_long(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    vendor.faults.away = 1_000
    broken(mill)
    rests = []

    for _ in range(7):
        (row,) = circuits(mill)
        with mill.db.unit_of_work() as connection:
            rests.append((row.retry_at - connection.exec_driver_sql("SELECT now()").scalar_one()).total_seconds())
        end_rests(mill)
        (job,) = serve(mill)
        assert served_by(mill, job) == "local"

    expected = [min(FIRST_REST_S * 2**rest, LONGEST_REST_S) for rest in range(7)]
    assert all(0.7 * want < rest < 1.3 * want for rest, want in zip(rests, expected, strict=True))
    assert vendor.api.asked["POST predictions"] == 7


def test_of_twenty_who_come_when_the_rest_is_over_exactly_one_is_the_probe(mill: Mill) -> None:
    order(mill, "replicate", "local")
    broken(mill)
    end_rests(mill)
    jobs = [mill.accept("test.serve") for _ in range(20)]
    with mill.db.unit_of_work() as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'running', delivery = 1")
    db = Database(mill.config.model_copy(update={"pool_size": 20}))
    able = [Candidate("replicate", "test/serve"), Candidate("local", None)]

    def give(job: UUID) -> str:
        choice = Choice(job, 1, 0, 1, 0, 0, "test.serve", "local", ["local"], able, [])
        while (row := db.one(giving.give(choice))) is None or row.given is None:
            continue
        return str(row.given)

    with ThreadPoolExecutor(20) as pool:
        given = list(pool.map(give, jobs))

    db.direct.close()
    assert (given.count("replicate"), given.count("local")) == (1, 19)


def test_where_all_rest_a_job_waits_for_the_first_of_them_and_that_counts_no_attempt(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate")
    broken(mill)

    job = mill.accept("test.serve")
    for _ in range(5):
        look_now(mill)
        mill.work_until_idle()
    with mill.db.unit_of_work() as connection:
        (wait,) = connection.exec_driver_sql("SELECT reason, signal, wake_at - now() AS left FROM waits").all()

    assert (mill.state_of(job), mill.job(job).attempt) == (State.WAITING, 1)
    assert (wait.reason, wait.signal) == ("rest", "replicate test/serve")
    assert 0.6 * FIRST_REST_S < wait.left.total_seconds() < 1.2 * FIRST_REST_S + 1
    assert "POST predictions" not in vendor.api.asked


def test_those_who_wait_for_a_rest_go_on_as_soon_as_one_of_them_was_served(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate")
    broken(mill)
    jobs = [mill.accept("test.serve") for _ in range(6)]
    mill.work_until_idle()
    waiting = {mill.state_of(job) for job in jobs}

    end_rests(mill)
    with mill.db.unit_of_work() as connection:
        one = select(Wait.job_id).limit(1).scalar_subquery()
        connection.execute(update(Wait).where(Wait.job_id == one).values(wake_at=func.now()))
    states = [mill.work_until_ended(job) for job in jobs]

    assert (waiting, states) == ({State.WAITING}, [State.SUCCEEDED] * 6)
    assert [mill.job(job).attempt for job in jobs] == [1] * 6


def test_a_purchase_that_cannot_be_looked_for_waits_for_the_rest_of_its_vendor(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate")
    vendor.faults.cut_sales, vendor.faults.deaf_reads = 1, True
    job = mill.accept("test.serve")
    mill.turn()
    broken(mill)
    for _ in range(5):
        look_now(mill)
        mill.work_until_idle()
    attempt = mill.job(job).attempt

    vendor.faults.deaf_reads = False
    end_rests(mill)
    ended(mill, [job])

    assert (attempt, served_by(mill, job), len(vendor.bill.sales())) == (2, "replicate", 1)


def test_a_purchase_under_way_is_looked_for_while_it_rests_and_never_made_anew(
    mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "local")
    vendor.faults.cut_sales = 1
    job = mill.accept("test.serve")
    mill.turn()
    broken(mill)

    ended(mill, [job])

    assert (served_by(mill, job), len(vendor.bill.sales())) == ("replicate", 1)


def test_what_was_not_sold_before_the_rest_is_bought_from_the_next(mill: Mill, vendor: VendorServer) -> None:
    order(mill, "replicate", "local")
    vendor.faults.broken = 1
    job = mill.accept("test.serve", {"cost": "0.01"})
    mill.turn()
    broken(mill)

    ended(mill, [job])

    assert (served_by(mill, job), vendor.bill.sales()) == ("local", [])
    assert [row.state for row in mill.predictions(job)] == ["refused"]


def test_it_closes_whoever_says_so_and_says_how_many_failures_there_were(mill: Mill) -> None:
    broken(mill)

    closed = mill.db.one(close("replicate", "test/serve"))
    again = mill.db.one(close("replicate", "test/serve"))

    assert (closed.failures if closed else None, again, circuits(mill)) == (5, None, [])
