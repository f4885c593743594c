"""The pytest plugin: a real Postgres per test process, a fresh migrated database per test, a mill on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mediamill.db.migrate import migrate
from mediamill.db.session import Database
from mediamill.ids import uuid7
from mediamill.provenance.development import Drawn, draw
from mediamill.queues.registry import Registry
from mediamill.queues.registry import registry as installed
from mediamill.settings import Settings, settings
from mediamill_testing.desk import DeskContext
from mediamill_testing.harness import Mill
from mediamill_testing.pubmed.server import PubmedServer
from mediamill_testing.vendor.server import FalServer, OpenAIServer, VendorServer
from mill.stack import start_postgres, start_valkey

TEMPLATE = "template_mediamill"
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_configure() -> None:
    """Let the test kinds be found, and nothing be hinted to a Redis that happens to run on this machine."""
    os.environ.setdefault("MEDIAMILL_TEST_KINDS", "1")
    os.environ.setdefault("MEDIAMILL_BROKER_URL", "memory://")
    os.environ.setdefault("MEDIAMILL_SECRET", "a secret of the tests")


@pytest.fixture
def desk(tmp_path: Path) -> DeskContext:
    """A context for trying a handler without the engine."""
    return DeskContext(tmp_path)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Postgres of this test process, with a migrated database to copy."""
    running = start_postgres(tmp_path_factory.mktemp("postgres"), tuning=FAST)
    try:
        template = _create(running.url, TEMPLATE, "template0")
        db = Database(Settings(database_url=SecretStr(template)))
        migrate(db)
        db.engine.dispose()
        yield running.url
    finally:
        running.stop()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A fresh database with every table."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey of this test process."""
    running = start_valkey(tmp_path_factory.mktemp("valkey"))
    try:
        yield running.url
    finally:
        running.stop()


@pytest.fixture
def mill(database_url: str, tmp_path: Path) -> Iterator[Mill]:
    """The engine on a fresh database, driven turn by turn."""
    config = Settings(database_url=SecretStr(database_url), claim_timeout_s=0.2, secret=SecretStr("test"))
    made = Mill(config, tmp_path)
    yield made
    made.close()


@pytest.fixture
def mill_of(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Mill]]:
    """Opens the engine on a fresh database, with settings and the installed queues that are named and no others."""
    config = Settings(database_url=SecretStr(database_url), claim_timeout_s=0.2, secret=SecretStr("test"))
    opened: list[Mill] = []

    def open_mill(*queues: str, **changes: Any) -> Mill:
        registry = Registry({name: installed().queues[name] for name in queues})
        opened.append(Mill(config.model_copy(update=changes), tmp_path, registry))
        return opened[-1]

    yield open_mill
    for mill in opened:
        mill.close()


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """A development signer of this test process."""
    return draw("tests")


@pytest.fixture
def signing_mill(database_url: str, tmp_path: Path, drawn: Drawn) -> Iterator[Mill]:
    """The engine on a fresh database, whose workers sign what they make."""
    config = Settings(
        database_url=SecretStr(database_url), claim_timeout_s=0.2, secret=SecretStr("test"), **signing_by(drawn)
    )
    made = Mill(config, tmp_path)
    yield made
    made.close()


def signing_by(drawn: Drawn) -> dict[str, Any]:
    """Give the settings of whoever signs with a drawn signer."""
    return {"signing_certificates": drawn.certificates, "signing_key": SecretStr(drawn.key)}


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    """Replicate on loopback, which the providers of this process buy from; its webhooks go nowhere."""
    with _open(VendorServer(), monkeypatch) as server:
        yield server


@pytest.fixture
def openai_vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """OpenAI on loopback, which the providers of this process buy from."""
    with _open(OpenAIServer(), monkeypatch) as server:
        yield server


@pytest.fixture
def fal_vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FalServer]:
    """Fal on loopback, which the providers of this process buy from; its webhooks go nowhere."""
    with _open(FalServer(), monkeypatch) as server:
        yield server


@pytest.fixture
def pubmed_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PubmedServer]:
    """PubMed on loopback, which this process asks."""
    server = PubmedServer().start()
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    read_settings_anew()
    yield server
    server.close()
    monkeypatch.undo()
    read_settings_anew()


S = TypeVar("S", VendorServer, OpenAIServer, FalServer)


@contextmanager
def _open(server: S, monkeypatch: pytest.MonkeyPatch) -> Iterator[S]:
    """Have a vendor open for the length of a test, with outputs that may be fetched from loopback."""
    server.start()
    server.faults.drop_hooks = True
    for name, value in {**server.settings, "MEDIAMILL_ALLOW_PRIVATE_URLS": "1"}.items():
        monkeypatch.setenv(name, value)
    read_settings_anew()
    yield server
    server.close()
    monkeypatch.undo()
    read_settings_anew()


def read_settings_anew() -> None:
    """Forget what this process read from its environment; what was not imported has read nothing."""
    settings.cache_clear()
    for name in ("replicate", "openai", "fal", "pubmed"):
        if module := sys.modules.get(f"mediamill_vendors.{name}.vendor"):
            getattr(module, name).cache_clear()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Make a database with every table, for the length of the block."""
    name = f"t_{uuid7().hex}"
    yield _create(server_url, name, TEMPLATE)
    _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def cut_sessions(mill: Mill) -> None:
    """Cut every other session of this mill's database, and none of the databases beside it on the same server."""
    with mill.db.unit_of_work() as connection:
        connection.execute(text(_CUT))


def _create(server_url: str, name: str, template: str) -> str:
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _execute(server_url: str, statement: str) -> None:
    url = make_url(server_url).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
