"""teamfit in an in-process gateway, with the engine beside it that does what is asked for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import update

from gateway.app import create_app
from mediamill.queues.registry import Registry, discover
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill.tenants.model import Tenant
from mediamill_products.catalogue import Product
from mediamill_testing.front import Caller, asking, make_caller
from mediamill_testing.harness import Mill

RETRO = (
    "We released on a Friday again and two of us fixed bugs all weekend. Reviews take three days because nobody feels "
    "asked. The new alerts were praised by everyone. Support waits for our answers far too long."
)
WANT = "Get better at asking each other for help; 45 minutes."


class Desk:
    """Somebody who uses teamfit, and the engine that works for them."""

    def __init__(self, client: httpx.AsyncClient, mill: Mill) -> None:
        self.client, self.mill = client, mill

    async def call(self, method: str, path: str, status: int, body: Any = None, **more: Any) -> Any:
        """Ask, and see that it is answered so."""
        answer = await self.client.request(method, path, json=body, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def team(self, *, text: str = RETRO, **facts: Any) -> dict[str, Any]:
        """Give a team of a new organization of these facts, with a material."""
        name = f"org {os.urandom(4).hex()}"
        made = await self.call("POST", "/api/organizations/", 201, {"name": name, **facts})
        team = await self.call("POST", f"/api/organizations/{made['id']}/teams", 201, {"name": "Checkout", "people": 7})
        if text:
            await self.call("POST", f"/api/teams/{team['id']}/materials", 201, {"title": "May", "text": text})
        return dict(team)

    async def ask(self, team: dict[str, Any], status: int = 202, **more: Any) -> Any:
        """Ask for activities."""
        body = {"team_id": team["id"], "requirements": WANT, **more}
        return await self.call("POST", "/api/activities/generate-custom", status, body)

    async def quota(self, team: dict[str, Any]) -> dict[str, Any]:
        """Give what its organization has used."""
        return dict(await self.call("GET", f"/api/organizations/{team['organization_id']}/quota", 200))

    async def job(self, job_id: str) -> dict[str, Any]:
        """Look how a job is."""
        return dict(await self.call("GET", f"/api/jobs/{job_id}", 200))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def mill(database_url: str, tmp_path: Path) -> Iterator[Mill]:
    """The engine with flows and texts, whose worker is not taken for dead on a slow machine; its first tenant pays."""
    config = Settings(database_url=SecretStr(database_url), claim_timeout_s=1, lease_s=600, secret=SecretStr("test"))
    opened = Mill(config, tmp_path, Registry({name: discover().queues[name] for name in ("flow", "text")}))
    with opened.db.unit_of_work() as connection:
        connection.execute(update(Tenant).values(plan="paid"))
    yield opened
    opened.close()


@pytest.fixture
async def desk(mill: Mill, database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The first tenant's own key at work."""
    config = Settings(
        database_url=SecretStr(database_url),
        store_url=f"file://{tmp_path / 'store'}",
        poll_s=0.05,
        secret=SecretStr(os.environ["MEDIAMILL_SECRET"]),
    )
    app = create_app(config, mill.registry, (Product("teamfit", "mediamill_products.teamfit"),))
    async with asking(app, make_caller(mill, mill.tenant, Scope.JOBS)) as client:
        yield Desk(client, mill)


@pytest.fixture
def stranger(mill: Mill) -> Caller:
    """Somebody of another tenant."""
    return make_caller(mill, mill.add_tenant("stranger", plan="paid"), Scope.JOBS)
