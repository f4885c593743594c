"""The database goes away and comes back; the gateway stays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from gateway.app import create_app
from mediamill.db.migrate import migrate
from mediamill.db.session import Database
from mediamill.settings import Settings
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope, new_key
from mediamill_testing.harness import Mill, engine_registry
from mediamill_testing.plugin import FAST
from mill.stack import RunningPostgres, start_postgres

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {}}


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[list[RunningPostgres]]:
    """A Postgres that a test may stop; what is in the list at the end is stopped."""
    running = [start_postgres(tmp_path / "own", tuning=FAST)]
    yield running
    for one in running:
        one.stop()


def prepare(config: Settings, folder: Path) -> str:
    """Make the tables and a tenant, and give its key."""
    database, key = Database(config), new_key()
    migrate(database)
    database.engine.dispose()
    mill = Mill(config, folder)
    with mill.db.unit_of_work() as connection:
        connection.execute(queries.add_key(mill.tenant, key, name="", scopes=[Scope.JOBS], expires_at=None))
    mill.close()
    return key.secret


async def test_a_database_that_is_away_is_a_503_and_one_that_came_back_is_used_at_once(
    own_postgres: list[RunningPostgres], config: Settings, tmp_path: Path
) -> None:
    first = own_postgres[0]
    settings = config.model_copy(update={"database_url": SecretStr(first.url)})
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(prepare, settings, tmp_path)}"}
    app = create_app(settings, engine_registry())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway.test", headers=headers, timeout=60) as client,
    ):
        made = (await client.post("/v1/jobs", json=NOOP)).json()
        await asyncio.gather(*(client.get("/v1/jobs") for _ in range(5)))
        await asyncio.to_thread(own_postgres.pop().stop)

        away = [await client.post("/v1/jobs", json=NOOP), await client.get("/v1/jobs")]
        own_postgres.append(await asyncio.to_thread(start_postgres, tmp_path / "own", port=first.port, tuning=FAST))
        posted = await client.post("/v1/jobs", json=NOOP)
        keyed = await client.post("/v1/jobs", json=NOOP, headers={"Idempotency-Key": "k"})
        seen = await asyncio.gather(*(client.get("/v1/jobs") for _ in range(5)))

    assert {(answer.status_code, answer.json()["code"]) for answer in away} == {(503, "unavailable")}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in away)
    assert (posted.status_code, keyed.status_code) == (202, 202)
    assert {answer.status_code for answer in seen} == {200}
    assert [job["id"] for job in seen[0].json()["data"]] == [job["id"] for job in (keyed.json(), posted.json(), made)]


async def test_a_restart_between_two_requests_is_not_noticed(
    own_postgres: list[RunningPostgres], config: Settings, tmp_path: Path
) -> None:
    first = own_postgres[0]
    settings = config.model_copy(update={"database_url": SecretStr(first.url)})
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(prepare, settings, tmp_path)}"}
    app = create_app(settings, engine_registry())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway.test", headers=headers, timeout=60) as client,
    ):
        await asyncio.gather(*(client.post("/v1/jobs", json=NOOP) for _ in range(5)))
        await asyncio.gather(*(client.get("/v1/jobs") for _ in range(5)))
        await asyncio.to_thread(own_postgres.pop().stop)
        own_postgres.append(await asyncio.to_thread(start_postgres, tmp_path / "own", port=first.port, tuning=FAST))

        answers = await asyncio.gather(
            *(client.get("/v1/jobs") for _ in range(5)), *(client.post("/v1/jobs", json=NOOP) for _ in range(5))
        )
        listed = (await client.get("/v1/jobs")).json()["data"]

    assert [answer.status_code for answer in answers] == [200] * 5 + [202] * 5
    assert len(listed) == 10
