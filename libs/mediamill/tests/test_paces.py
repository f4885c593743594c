"""What may be asked only so often is asked so often by all workers together."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from sqlalchemy import text

from mediamill.clock import monotonic
from mediamill.db.session import Database
from mediamill.errors import RateLimited
from mediamill.handlers.pacing import Pacer
from mediamill.processes import ProcessOwner, Stopped
from mediamill.providers import paces
from mediamill_testing.desk import DeskContext
from mediamill_testing.harness import Mill

EVERY_S = 0.06


class Somebody:
    """All of a run that a pacer looks at."""

    def __init__(self) -> None:
        self.owner = ProcessOwner()


def pacer(db: Database, run: Somebody | None = None) -> Pacer:
    return Pacer(run or Somebody(), db)  # type: ignore[arg-type]  # as far as it looks


def wait_of(mill: Mill, name: str = "pubmed", patience_s: float = 10) -> float | None:
    row = mill.db.one(paces.turn(name, EVERY_S, patience_s))
    return None if row is None else float(row.wait_s)


def test_many_who_ask_at_once_are_given_turns_one_after_another(mill: Mill) -> None:
    turns: list[float] = []

    def ask() -> None:
        turns.append(mill.db.one(paces.turn("pubmed", EVERY_S, 10)).next_at.timestamp())

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    spans = [after - before for before, after in pairwise(sorted(turns))]
    assert len(spans) == 11
    assert min(spans) >= EVERY_S - 0.001


def test_each_turn_is_given_once_and_names_do_not_wait_for_each_other(mill: Mill) -> None:
    first, second, other = wait_of(mill), wait_of(mill), wait_of(mill, "elsewhere")

    assert first == pytest.approx(0, abs=0.01)
    assert second == pytest.approx(EVERY_S, abs=0.03)
    assert other == pytest.approx(0, abs=0.01)


def test_a_turn_that_is_too_far_away_is_not_taken_and_the_job_comes_back_later(mill: Mill) -> None:
    mill.db.one(paces.put_off("pubmed", 60))

    with pytest.raises(RateLimited) as raised:
        pacer(mill.db).ask("pubmed", EVERY_S, lambda: pytest.fail("it was asked"))

    assert 10 <= (raised.value.retry_after_s or 0) <= 20
    assert wait_of(mill, patience_s=100) == pytest.approx(60, abs=1)


def test_a_refusal_of_one_holds_everybody_back(mill: Mill) -> None:
    def refused() -> None:
        raise RateLimited(retry_after_s=5)

    with pytest.raises(RateLimited):
        pacer(mill.db).ask("pubmed", EVERY_S, refused)

    assert wait_of(mill) == pytest.approx(5, abs=0.5)


def test_what_was_written_before_the_clock_went_back_holds_nobody(mill: Mill) -> None:
    mill.db.one(paces.put_off("pubmed", 10**9))
    assert wait_of(mill, patience_s=0) is None

    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE paces SET next_at = clock_timestamp() + interval '1 day'"))

    assert wait_of(mill, patience_s=0) == pytest.approx(0, abs=0.05)


def test_a_run_that_is_stopped_while_it_waits_asks_nothing(mill: Mill) -> None:
    run = Somebody()
    mill.db.one(paces.put_off("pubmed", 5))
    threading.Timer(0.1, run.owner.stopped.set).start()
    began = monotonic()

    with pytest.raises(Stopped):
        pacer(mill.db, run).ask("pubmed", EVERY_S, lambda: pytest.fail("it was asked"))

    assert monotonic() - began < 3


def test_at_a_desk_nobody_waits(desk: DeskContext) -> None:
    assert desk.paced("pubmed", EVERY_S, lambda: 7) == 7
