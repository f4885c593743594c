"""Many clients of streams, cut at random while gateways are stopped, killed and replaced: each is told its log."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mediamill.settings import Settings
from mediamill.tenants.keys import Scope
from mediamill_testing.harness import Mill
from mediamill_testing.swarm.client import Cuts
from mediamill_testing.swarm.gateways import Gateway, gateways
from mediamill_testing.swarm.newswriter import NewsWriter
from mediamill_testing.swarm.swarm import Swarm
from mill.stack import RunningValkey, start_valkey

pytestmark = pytest.mark.timeout(900)  # most of it is spent in starting gateways, which a busy machine does slowly


@pytest.fixture
def hinting(tmp_path: Path) -> Iterator[RunningValkey]:
    """A Valkey that a test may stop."""
    running = start_valkey(tmp_path / "valkey")
    yield running
    running.stop()


def environment(config: Settings, hinting: RunningValkey) -> dict[str, str]:
    return {
        "MEDIAMILL_DATABASE_URL": config.database_url.get_secret_value(),
        "MEDIAMILL_BROKER_URL": hinting.url,
        "MEDIAMILL_STORE_URL": config.store_url,
    }


def assemble(
    mill: Mill, caller_of: Any, running: list[Gateway], hinting: RunningValkey, count: int
) -> tuple[Swarm, NewsWriter]:
    tenants = [mill.tenant, *(mill.add_tenant(f"tenant {number}") for number in range(3))]
    keys = {tenant: caller_of(tenant, Scope.JOBS).secret for tenant in tenants}
    writer = NewsWriter(mill, tenants, each=10, hint_url=hinting.url, seed=count)
    cuts = Cuts(seconds=count / 50, bytes=20_000, times=5)
    return Swarm(writer, keys, [gateway.port for gateway in running], count=count, cuts=cuts), writer


def tell(writer: NewsWriter) -> None:
    for _ in range(30):
        writer.overlapping(5)


def assert_told(swarm: Swarm) -> None:
    assert swarm.differences() == []
    assert sum(client.connections for client in swarm.clients) > 2 * len(swarm.clients)


def test_two_hundred_clients_that_are_cut_at_random_are_each_told_their_log(
    mill: Mill, caller_of: Any, config: Settings, hinting: RunningValkey
) -> None:
    async def listen_while_gateways_come_and_go() -> None:
        async with swarm.listening():
            await asyncio.gather(asyncio.to_thread(tell, writer), asyncio.to_thread(one.replace, signal.SIGKILL))
            hinting.stop()
            await asyncio.gather(asyncio.to_thread(tell, writer), asyncio.to_thread(other.stop))
            await asyncio.to_thread(writer.end)
            await swarm.hear_all()

    with gateways(2, environment(config, hinting)) as (one, other):
        swarm, writer = assemble(mill, caller_of, [one, other], hinting, 200)
        asyncio.run(listen_while_gateways_come_and_go())

    assert_told(swarm)
