"""How often one person may ask."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from gateway.app import create_app
from mediamill.queues.registry import discover
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_testing.front import make_caller
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

SCRIPT, FINAL, UPLOAD = "/api/story/generate-script", "/api/video/generate-final", "/api/character/generate-from-upload"
FOX = {"prompt": "A fox"}


@pytest.fixture
def app(config: Settings) -> FastAPI:
    limits = {"storymaker_per_minute": {"script": 6, "upload": 1}}
    return create_app(config.model_copy(update=limits), discover())


async def test_of_many_who_race_as_many_are_let_in_as_may(client: httpx.AsyncClient, mill: Mill) -> None:
    answers = await asyncio.gather(*[client.post(SCRIPT, json=FOX) for _ in range(20)])

    refused = [answer for answer in answers if answer.status_code == 429]
    with mill.db.unit_of_work() as connection:
        assert connection.execute(text("SELECT count(*) FROM jobs")).scalar_one() == 6
    assert len(refused) == 14
    assert all(1 <= int(answer.headers["retry-after"]) <= 10 for answer in refused)
    assert refused[0].json()["detail"].endswith("6 a minute may be asked of 'script'.")


async def test_another_person_and_another_operation_have_turns_of_their_own(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    colleague = make_caller(mill, mill.tenant, Scope.JOBS)
    for _ in range(7):
        mine = await client.post(SCRIPT, json=FOX)

    theirs = await client.post(SCRIPT, json=FOX, headers=colleague.headers)
    unlimited = await client.post("/api/character/generate", json={"name": "Mia", "description": "a girl"})

    assert [answer.status_code for answer in (mine, theirs, unlimited)] == [429, 202, 202]


async def test_a_turn_comes_back_with_time_and_with_a_clock_that_was_set_back(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    async def answer_after(shift: str) -> int:
        with mill.db.unit_of_work() as connection:
            connection.execute(text(f"UPDATE story_turns SET until = until {shift}"))
        return (await client.post(SCRIPT, json=FOX)).status_code

    for _ in range(6):
        await client.post(SCRIPT, json=FOX)

    assert await answer_after("- interval '5 s'") == 429
    assert await answer_after("- interval '6 s'") == 202
    assert await answer_after("+ interval '1 s'") == 429
    assert await answer_after("+ interval '1 h'") == 202


async def test_what_is_refused_for_another_reason_costs_no_turn(client: httpx.AsyncClient, mill: Mill) -> None:
    for _ in range(8):
        assert (await client.post(SCRIPT, json={"prompt": "nul \0"})).status_code == 422

    assert (await client.post(SCRIPT, json=FOX)).status_code == 202


async def test_an_upload_is_refused_before_it_is_read(client: httpx.AsyncClient, photo: bytes) -> None:
    form: dict[str, Any] = {"data": {"name": "Mia"}, "files": {"file": ("me.png", photo, "image/png")}}
    assert (await client.post(UPLOAD, **form)).status_code == 202

    refused = await client.post(UPLOAD, content=b"this is no form at all")

    assert refused.status_code == 429
    assert 50 <= int(refused.headers["retry-after"]) <= 60
