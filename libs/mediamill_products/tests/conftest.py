"""A gateway with every product and every installed queue, asked in this process; what is asked of it is accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from mediamill.queues.registry import discover
from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_testing.front import Caller, asking, gateway_settings, make_caller
from mediamill_testing.harness import Mill


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Settings:
    return gateway_settings(database_url, tmp_path)


@pytest.fixture
def app(config: Settings) -> FastAPI:
    return create_app(config, discover())


@pytest.fixture
def owner(mill: Mill) -> Caller:
    return make_caller(mill, mill.tenant, Scope.JOBS)


@pytest.fixture
def stranger(mill: Mill) -> Caller:
    return make_caller(mill, mill.add_tenant("stranger"), Scope.JOBS)


@pytest.fixture
async def client(app: FastAPI, owner: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's client."""
    async with asking(app, owner) as made:
        yield made
