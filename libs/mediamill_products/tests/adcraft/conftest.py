"""Adcraft in an in-process gateway that accepts jobs of every installed kind; nothing of them is made here.

The gateway and its database serve a whole file; each test is a tenant of its own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import insert
from starlette.applications import Starlette

from gateway.app import create_app
from mediamill.assets.model import AssetRow
from mediamill.ids import uuid7
from mediamill.queues.registry import discover
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_products.catalogue import Product
from mediamill_testing.front import BASE_URL, Caller, asking, make_caller
from mediamill_testing.harness import Mill
from mediamill_testing.plugin import fresh_database

BRAND = {"name": "Glowbike", "voice": "warm", "colors": {"primary": "#12355b", "accent": "#ffb400"}}


class Agency:
    """Somebody who uses adcraft, and the engine that has what they ask for."""

    def __init__(self, client: httpx.AsyncClient, mill: Mill, tenant_id: UUID) -> None:
        self.client, self.mill, self.tenant_id = client, mill, tenant_id

    async def call(self, method: str, path: str, status: int, body: Any = None, **more: Any) -> Any:
        """Ask, and see that it is answered so."""
        answer = await self.client.request(method, path, json=body, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def brand(self, **facts: Any) -> dict[str, Any]:
        """Add a brand."""
        return dict(await self.call("POST", "/api/brands/", 201, {**BRAND, **facts}))

    async def campaign(self, **facts: Any) -> dict[str, Any]:
        """Add a campaign, of a new brand unless one is given."""
        brand_id = facts.pop("brand_id", None) or (await self.brand())["id"]
        body = {"brand_id": brand_id, "brief": "A light that is seen from 800 metres.", **facts}
        return dict(await self.call("POST", "/api/campaigns/", 201, body))

    def picture(self, media_type: str = "image/png", tenant_id: UUID | None = None) -> str:
        """Give a tenant an asset, by default the first."""
        asset_id = uuid7()
        owner = tenant_id or self.tenant_id
        facts = {"sha256": asset_id.hex, "media_type": media_type, "bytes": 3, "tenant_id": owner}
        with self.mill.db.unit_of_work() as connection:
            connection.execute(insert(AssetRow).values(id=asset_id, **facts))
        return str(asset_id)

    def sql(self, statement: str) -> list[Any]:
        """Look into the database or change it; ``%(tenant)s`` is the tenant."""
        with self.mill.db.unit_of_work() as connection:
            done = connection.exec_driver_sql(statement, {"tenant": self.tenant_id})
            return list(done) if done.returns_rows else []


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def mill(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    folder = tmp_path_factory.mktemp("adcraft")
    with fresh_database(postgres_url) as url:
        config = Settings(
            database_url=SecretStr(url),
            store_url=f"file://{folder / 'store'}",
            poll_s=0.05,
            secret=SecretStr(os.environ["MEDIAMILL_SECRET"]),
        )
        made = Mill(config, folder)
        yield made
        made.close()


@pytest.fixture(scope="module")
async def app(mill: Mill) -> AsyncIterator[Starlette]:
    """The gateway, running."""
    made = create_app(mill.config, discover(), (Product("adcraft", "mediamill_products.adcraft"),))
    async with asking(made, make_caller(mill, mill.tenant, Scope.JOBS)):
        yield made


@pytest.fixture
async def agency(app: Starlette, mill: Mill) -> AsyncIterator[Agency]:
    """A new tenant's own key at work."""
    caller = make_caller(mill, mill.add_tenant(f"agency {uuid7().hex}"), Scope.JOBS)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=caller.headers, timeout=30) as client:
        yield Agency(client, mill, caller.tenant_id)


@pytest.fixture
def stranger(mill: Mill) -> Caller:
    """Somebody of another tenant."""
    return make_caller(mill, mill.add_tenant(f"stranger {uuid7().hex}"), Scope.JOBS)
