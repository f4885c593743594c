"""Polls of fal's clients, ten a second: told from memory until there is news."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from gateway.compat.fal import glances
from mediamill.clock import monotonic
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio


@pytest.fixture
def statements(app: FastAPI) -> Iterator[list[str]]:
    """What the gateway asks the database about jobs for somebody who reads; the pulse's look is not counted."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "jobs.priority" in statement:
            asked.append(statement)

    engine = app.state.edge.database.async_engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def url(mill: Mill) -> Callable[[UUID], str]:
    return lambda job: f"/fal-queue/mediamill/test-noop/requests/{job}/status"


async def test_polls_of_a_job_without_news_ask_the_database_once_a_second(
    client: httpx.AsyncClient, mill: Mill, statements: list[str], url: Callable[[UUID], str]
) -> None:
    job = mill.accept("test.noop")
    begun = monotonic()

    answers = [await client.get(url(job)) for _ in range(100)]

    assert {answer.json()["status"] for answer in answers} == {"IN_QUEUE"}
    assert 1 <= len(statements) <= 5 + 2 * (monotonic() - begun)


async def test_news_end_what_was_told(client: httpx.AsyncClient, mill: Mill, url: Callable[[UUID], str]) -> None:
    job = mill.accept("test.noop")
    queued = [(await client.get(url(job))).status_code for _ in range(3)]

    await asyncio.to_thread(mill.work_until_idle)

    assert queued == [202] * 3
    until = monotonic() + 10
    while (await client.get(url(job))).status_code != 200:
        assert monotonic() < until
        await asyncio.sleep(0.02)


async def test_another_tenants_request_is_not_told_from_memory(
    client: httpx.AsyncClient, mill: Mill, stranger: Any, url: Callable[[UUID], str]
) -> None:
    job = mill.accept("test.noop")
    await client.get(url(job))
    await client.get(url(job))

    answer = await client.get(url(job), headers=stranger.headers)

    assert answer.status_code == 404


async def test_a_request_that_nobody_polls_is_forgotten(
    client: httpx.AsyncClient,
    app: FastAPI,
    mill: Mill,
    url: Callable[[UUID], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(glances, "IDLE_S", 0.1)
    job = mill.accept("test.noop")

    await client.get(url(job))

    until = monotonic() + 10
    while app.state.fal_glances.polled():
        assert monotonic() < until
        await asyncio.sleep(0.05)
