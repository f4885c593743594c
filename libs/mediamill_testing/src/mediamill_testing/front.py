"""The gateway asked in this process, and people with keys who ask it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from mediamill.settings import Settings
from mediamill.tenants import queries
from mediamill.tenants.keys import Scope, new_key
from mediamill_testing.harness import Mill

BASE_URL = "http://gateway.test"


def gateway_settings(database_url: str, folder: Path) -> Settings:
    """Give the settings of a gateway on a database, with its store in a folder and small limits."""
    return Settings(
        database_url=SecretStr(database_url),
        store_url=f"file://{folder / 'store'}",
        poll_s=0.05,
        max_upload_bytes=3_000_000,
        secret=SecretStr(os.environ["MEDIAMILL_SECRET"]),
    )


class Caller(NamedTuple):
    """Somebody with a key."""

    tenant_id: UUID
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """What tells who asks."""
        return {"Authorization": f"Bearer {self.secret}"}


def make_caller(mill: Mill, tenant_id: UUID, *scopes: Scope) -> Caller:
    """Give a tenant a key."""
    key = new_key()
    with mill.db.unit_of_work() as connection:
        connection.execute(queries.add_key(tenant_id, key, name="", scopes=list(scopes), expires_at=None))
    return Caller(tenant_id, key.secret)


@asynccontextmanager
async def asking(app: Starlette, caller: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway for the length of the block, and give somebody's client of it."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=caller.headers, timeout=30) as client,
    ):
        yield client
