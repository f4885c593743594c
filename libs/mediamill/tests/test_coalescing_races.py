"""However acceptances, ends and cancels of equal jobs meet, the work is done once and nobody is left waiting."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from mediamill.db.session import Database
from mediamill.events.model import Event
from mediamill.jobs.admission import admit
from mediamill.jobs.cancel import cancel
from mediamill.jobs.draft import draft
from mediamill.jobs.model import Job
from mediamill.jobs.states import FINAL
from mediamill_testing.equals import followers
from mediamill_testing.harness import Mill

GATEWAYS = 6
ROUNDS = 12
GROUPS = 8


@pytest.fixture
def db(mill: Mill) -> Iterator[Database]:
    """The pools of the gateways."""
    made = Database(mill.config.model_copy(update={"pool_size": GATEWAYS}))
    yield made
    made.direct.close()
    made.engine.dispose()


def asked_for(mill: Mill, db: Database, kind: str, input: dict[str, Any], groups: int) -> list[UUID]:
    """Ask as a gateway does: in one statement after the other, each for a few jobs."""
    made: list[UUID] = []
    for _ in range(groups):
        drafts = [draft(mill.request(kind, input, cache="reuse")) for _ in range(3)]
        made += [row.id for row in db.rows(admit(drafts))]
    return made


def at_work(mill: Mill, busy: list[Future[Any]]) -> None:
    """Take turns until others are done, and then until there is nothing to do."""
    while not all(one.done() for one in busy):
        mill.turn()
    mill.work_until_idle()


def counted(mill: Mill, event: str) -> int:
    with mill.db.unit_of_work() as connection:
        query = select(func.count()).select_from(Event).where(Event.type == event)
        return int(connection.execute(query).scalar_one())


def unfinished(mill: Mill) -> int:
    with mill.db.unit_of_work() as connection:
        query = select(func.count()).select_from(Job).where(Job.state.not_in(list(FINAL)))
        return int(connection.execute(query).scalar_one())


def test_work_that_is_asked_for_while_it_ends_is_done_once(mill: Mill, db: Database) -> None:
    with ThreadPoolExecutor(GATEWAYS) as pool:
        for number in range(ROUNDS):
            input = {"text": f"round {number}"}
            busy = [pool.submit(asked_for, mill, db, "shop.keep", input, GROUPS) for _ in range(GATEWAYS)]
            at_work(mill, busy)
            assert sum(len(one.result()) for one in busy) == GATEWAYS * GROUPS * 3

    assert counted(mill, "job.started") == ROUNDS
    assert counted(mill, "job.succeeded") == ROUNDS * GATEWAYS * GROUPS * 3
    assert (unfinished(mill), followers(mill)) == (0, [])


def test_those_who_race_to_be_first_are_one_leader_and_followers(mill: Mill, db: Database) -> None:
    gate = threading.Barrier(GATEWAYS)

    def race(number: int) -> None:
        for turn in range(ROUNDS):
            gate.wait()
            drafts = [
                draft(mill.request("shop.signal", {"name": f"{turn} {name}"}, cache="reuse"))
                for name in random.Random(number).sample(range(5), 5)
            ]
            assert len(db.rows(admit(drafts))) == 5

    with ThreadPoolExecutor(GATEWAYS) as pool:
        list(pool.map(race, range(GATEWAYS)))

    assert len(followers(mill)) == ROUNDS * 5 * (GATEWAYS - 1)
    assert counted(mill, "job.queued") == ROUNDS * 5 * GATEWAYS


def test_leaders_and_followers_that_are_cancelled_at_random_leave_nobody_waiting(mill: Mill, db: Database) -> None:
    def disturb(seed: int) -> int:
        chance, canceled = random.Random(seed), 0
        for number in range(ROUNDS):
            made = asked_for(mill, db, "shop.gather", {"children": []}, 1)
            made += asked_for(mill, db, "shop.timer", {"seconds": 0.01 * (number % 3)}, 1)
            for job in chance.sample(made, 2):
                with db.unit_of_work() as connection:
                    canceled += cancel(connection, mill.tenant, job)
        return canceled

    with ThreadPoolExecutor(GATEWAYS) as pool:
        busy = [pool.submit(disturb, seed) for seed in range(GATEWAYS)]
        while not all(one.done() for one in busy):
            mill.turn()
        canceled = sum(one.result() for one in busy)
    for job in followers(mill):
        mill.work_until_ended(job)

    assert counted(mill, "job.canceled") == canceled > 0
    assert (unfinished(mill), followers(mill)) == (0, [])
