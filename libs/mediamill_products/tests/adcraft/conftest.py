"""Adcraft in an in-process gateway that accepts jobs of every installed kind; nothing of them is made here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from gateway.app import create_app
from mediamill.assets.model import AssetRow
from mediamill.ids import uuid7
from mediamill.queues.registry import discover
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_products.catalogue import Product
from mediamill_testing.front import Caller, asking, make_caller
from mediamill_testing.harness import Mill

BRAND = {"name": "Glowbike", "voice": "warm", "colors": {"primary": "#12355b", "accent": "#ffb400"}}


class Agency:
    """Somebody who uses adcraft, and the engine that has what they ask for."""

    def __init__(self, client: httpx.AsyncClient, mill: Mill) -> None:
        self.client, self.mill = client, mill

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
        facts = {
            "sha256": asset_id.hex,
            "media_type": media_type,
            "bytes": 3,
            "tenant_id": tenant_id or self.mill.tenant,
        }
        with self.mill.db.unit_of_work() as connection:
            connection.execute(insert(AssetRow).values(id=asset_id, **facts))
        return str(asset_id)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def agency(mill: Mill, database_url: str, tmp_path: Path) -> AsyncIterator[Agency]:
    """The first tenant's own key at work."""
    config = Settings(
        database_url=SecretStr(database_url),
        store_url=f"file://{tmp_path / 'store'}",
        poll_s=0.05,
        secret=SecretStr(os.environ["MEDIAMILL_SECRET"]),
    )
    app = create_app(config, discover(), (Product("adcraft", "mediamill_products.adcraft"),))
    async with asking(app, make_caller(mill, mill.tenant, Scope.JOBS)) as client:
        yield Agency(client, mill)


@pytest.fixture
def stranger(mill: Mill) -> Caller:
    """Somebody of another tenant."""
    return make_caller(mill, mill.add_tenant("stranger"), Scope.JOBS)


@pytest.fixture
def sql(mill: Mill) -> Callable[..., list[Any]]:
    """Looks into the database, or changes it."""

    def run(statement: str, **values: Any) -> list[Any]:
        with mill.db.unit_of_work() as connection:
            done = connection.exec_driver_sql(statement, values)
            return list(done) if done.returns_rows else []

    return run
