"""The gateway's own connections: a statement costs its sending and reading and no more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import Select, select, text

from mediamill.db.direct_async import AsyncDirect, Unsure
from mediamill.db.prepared import Prepared, parameter, prepared
from mediamill.jobs.model import Job
from mediamill_testing.harness import Mill
from mediamill_testing.stacks import until

pytestmark = pytest.mark.anyio
NAP = Prepared(text("SELECT pg_sleep(30)"), {})
BACKEND = Prepared(text("SELECT pg_backend_pid() AS pid"), {})
LENGTH = text("SELECT length(CAST(:given AS text)) AS length, jsonb_array_length(CAST(:given AS jsonb)) AS items")


@prepared(job_id=UUID, given=dict)
def job_and(job_id: UUID, given: dict[str, object]) -> Select[tuple[UUID, object]]:
    return select(Job.id, parameter(given).label("given")).where(Job.id == job_id, Job.state.in_(["queued", "running"]))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=[True, False], ids=["prepared", "not-prepared"])
async def direct(mill: Mill, database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[AsyncDirect]:
    made = AsyncDirect(database_url, {"prepare_threshold": 5 if request.param else None})
    yield made
    await made.close()


async def test_a_row_has_its_columns_as_attributes_and_json_goes_there_and_back(
    direct: AsyncDirect, mill: Mill
) -> None:
    job = mill.accept("test.noop")

    rows = [await direct.rows(job_and(job, {"deep": {"é": [1, None]}})) for _ in range(3)]

    assert rows == [[(job, {"deep": {"é": [1, None]}})]] * 3
    assert rows[0][0].given["deep"] == {"é": [1, None]}


async def test_statements_one_after_the_other_share_a_connection_and_those_at_once_do_not(direct: AsyncDirect) -> None:
    one_by_one = {(await direct.rows(BACKEND))[0].pid for _ in range(3)}
    at_once = await asyncio.gather(*[direct.rows(BACKEND) for _ in range(3)])

    assert len(one_by_one) == 1
    assert len({rows[0].pid for rows in at_once}) == 3


async def test_more_than_the_socket_takes_at_once_arrives_whole(direct: AsyncDirect) -> None:
    given = json.dumps(["x" * 1000] * 20_000)

    (row,) = await direct.rows(Prepared(LENGTH, {"given": given}))

    assert row == (len(given), 20_000)


async def test_a_statement_that_fails_is_unsure_and_the_next_one_is_served(direct: AsyncDirect) -> None:
    with pytest.raises(Unsure):
        await direct.rows(Prepared(text("SELECT 1 / (0 * CAST(:n AS int)) AS x"), {"n": 1}))

    assert (await direct.rows(Prepared(text("SELECT 1 AS x"), {})))[0].x == 1


async def test_a_connection_cut_while_it_was_idle_is_replaced(direct: AsyncDirect, mill: Mill) -> None:
    (first,) = await direct.rows(BACKEND)

    kill(mill, first.pid)

    assert await another_than(direct, first.pid)


async def test_a_connection_cut_in_the_middle_leaves_its_caller_unsure(direct: AsyncDirect, mill: Mill) -> None:
    (first,) = await direct.rows(BACKEND)
    sleeping = asyncio.create_task(direct.rows(NAP))
    await asyncio.to_thread(until, lambda: is_napping(mill, first.pid))

    kill(mill, first.pid)

    with pytest.raises(Unsure):
        await asyncio.wait_for(sleeping, 20)


async def test_who_gives_up_in_the_middle_takes_the_connection_along(direct: AsyncDirect, mill: Mill) -> None:
    (first,) = await direct.rows(BACKEND)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(direct.rows(NAP), 0.1)

    (second,) = await direct.rows(BACKEND)
    kill(mill, first.pid)
    assert second.pid != first.pid


def kill(mill: Mill, pid: int) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def is_napping(mill: Mill, pid: int) -> bool:
    napping = text("SELECT 1 FROM pg_stat_activity WHERE pid = :pid AND wait_event = 'PgSleep'")
    with mill.db.unit_of_work() as connection:
        return connection.execute(napping, {"pid": pid}).first() is not None


async def another_than(direct: AsyncDirect, pid: int) -> bool:
    """Tell that another connection serves, as soon as the end of that one has been heard of."""
    for _ in range(1000):
        with suppress(Unsure):
            if (await direct.rows(BACKEND))[0].pid != pid:
                return True
        await asyncio.sleep(0.01)
    return False
