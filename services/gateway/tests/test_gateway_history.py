"""How long kinds took is read anew while nobody waits for it."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gateway.edge import Edge
from gateway.queues.history import History
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio


@pytest.fixture
async def edge(app: FastAPI) -> Edge:
    made: Edge = app.state.edge
    return made


async def known(edge: Edge, history: History) -> int:
    async with edge.look() as connection:
        runs = await history.runs(connection)
    return runs["test.noop"].samples if "test.noop" in runs else 0


async def run_one_more(mill: Mill) -> None:
    mill.accept("test.noop")
    await asyncio.to_thread(mill.work_until_idle)


async def test_the_first_question_waits_for_its_answer_and_all_at_once_ask_once(edge: Edge, mill: Mill) -> None:
    await run_one_more(mill)
    history = History(edge.look)

    assert await asyncio.gather(*[known(edge, history) for _ in range(5)]) == [1] * 5


async def test_a_later_question_gets_what_is_known_and_has_it_read_anew(edge: Edge, mill: Mill) -> None:
    history = History(edge.look, remembered_s=0)
    assert await known(edge, history) == 0
    await run_one_more(mill)

    with mill.db.unit_of_work() as connection:
        connection.execute(text("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"))
        assert await asyncio.wait_for(known(edge, history), 5) == 0

    for _ in range(500):
        await asyncio.sleep(0.02)
        if await known(edge, history):
            break
    assert await known(edge, history) == 1
    await history.close()


async def test_what_cannot_be_read_anew_is_told_as_it_was(edge: Edge, mill: Mill) -> None:
    await run_one_more(mill)
    history = History(edge.look, remembered_s=0)
    assert await known(edge, history) == 1
    with mill.db.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE jobs RENAME COLUMN finished_at TO ended_at"))

    told = [await known(edge, history) for _ in range(3)]

    await history.close()
    assert told == [1, 1, 1]
