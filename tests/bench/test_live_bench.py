"""What live events cost: a thousand clients of one gateway; prints JSON and judges no time."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mediamill.tenants import queries
from mediamill.tenants.keys import Scope, new_key
from mediamill_testing.cpu import tree_seconds
from mediamill_testing.harness import Mill
from mediamill_testing.swarm.client import Cuts, Fact
from mediamill_testing.swarm.gateways import Gateway, gateways
from mediamill_testing.swarm.newswriter import NewsWriter
from mediamill_testing.swarm.swarm import Swarm
from mill.stack import RunningValkey, start_valkey

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

CLIENTS, TENANTS, JOBS, EVENTS, RATE = 1000, 10, 25, 300, 20
CUTS = Cuts(seconds=30, bytes=20_000, times=20)


@pytest.mark.parametrize("hints", ["come", "are lost"])
def test_a_thousand_clients_of_one_gateway(
    mill: Mill, database_url: str, valkey_url: str, tmp_path: Path, hints: str
) -> None:
    with gateways(1, environment(database_url, valkey_url, tmp_path)) as (gateway,):
        facts = asyncio.run(measured(mill, gateway, valkey_url if hints == "come" else None))

    sys.stdout.write(json.dumps({"bench": f"{CLIENTS} clients of streams, hints {hints}", **facts}) + "\n")


def test_a_thousand_clients_that_are_cut_while_their_gateway_is_stopped_and_killed(
    mill: Mill, database_url: str, tmp_path: Path
) -> None:
    hinting = start_valkey(tmp_path / "valkey")
    try:
        with gateways(1, environment(database_url, hinting.url, tmp_path)) as (gateway,):
            differences, facts = asyncio.run(cut(mill, gateway, hinting))
    finally:
        hinting.stop()

    sys.stdout.write(json.dumps({"bench": f"{CLIENTS} clients of streams, cut at random", **facts}) + "\n")
    assert differences == []


def environment(database_url: str, broker_url: str, folder: Path) -> dict[str, str]:
    return {
        "MEDIAMILL_DATABASE_URL": database_url,
        "MEDIAMILL_BROKER_URL": broker_url,
        "MEDIAMILL_STORE_URL": f"file://{folder}",
    }


async def cut(mill: Mill, gateway: Gateway, hinting: RunningValkey) -> tuple[list[str], dict[str, Any]]:
    """Cut everybody at random: on a fixed beat of events, while the gateway is replaced, and without hints."""
    writer, swarm = assembled(mill, gateway, hinting.url, CUTS)
    at_once: list[float] = []
    after_all: list[float] = []

    def hear(fact: Fact, began: float) -> None:
        if fact in writer.committing:
            committed, now = writer.committing[fact], time.monotonic()
            (at_once if began < committed else after_all).append(now - max(began, committed))

    async with swarm.listening():
        for client in swarm.clients:
            client.hear = hear
        await asyncio.to_thread(tell, writer)
        connections = sum(client.connections for client in swarm.clients)
        for end in (signal.SIGTERM, signal.SIGKILL):
            await asyncio.gather(asyncio.to_thread(tell_at_random, writer), asyncio.to_thread(gateway.replace, end))
        await asyncio.to_thread(hinting.stop)
        await asyncio.to_thread(tell_at_random, writer)
        await asyncio.to_thread(writer.end)
        await swarm.hear_all()
    return swarm.differences(), {
        "delivered": sum(len(client.seen) for client in swarm.clients),
        "cut_on_the_beat": connections - CLIENTS,
        "cut_in_all": sum(client.connections for client in swarm.clients) - CLIENTS,
        "not_answered": sum(client.unanswered for client in swarm.clients),
        **{f"{name}_after_commit": number for name, number in quantiles_ms(at_once).items()},
        **{f"{name}_after_coming_back": number for name, number in quantiles_ms(after_all).items()},
    }


def tell_at_random(writer: NewsWriter) -> None:
    for _ in range(30):
        writer.overlapping(5)


def quantiles_ms(took_s: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took_s, n=100)
    return {f"p{at}_ms": round(cuts[at - 1] * 1000, 1) for at in (50, 95, 99)}


async def measured(mill: Mill, gateway: Gateway, hint_url: str | None) -> dict[str, Any]:
    """Attach everybody, look at what idling costs, tell events on a fixed beat, and compare with the log."""
    writer, swarm = assembled(mill, gateway, hint_url, None)
    took: list[float] = []

    def hear(fact: Fact, began: float) -> None:
        if fact in writer.committing:
            took.append(time.monotonic() - writer.committing[fact])

    empty_kib, attaching = resident_kib(gateway.pid), tree_seconds(gateway.pid)
    async with swarm.listening():
        for client in swarm.clients:
            client.hear = hear
        full_kib, attached = resident_kib(gateway.pid), tree_seconds(gateway.pid)
        await asyncio.sleep(5)
        idled, seen = tree_seconds(gateway.pid), sum(len(client.seen) for client in swarm.clients)
        await asyncio.to_thread(tell, writer)
        await swarm.hear_all()
        delivered = sum(len(client.seen) for client in swarm.clients) - seen
        told, stopping, reaped = tree_seconds(gateway.pid), time.monotonic(), reaped_seconds()
        await asyncio.to_thread(gateway.stop)
        stopped, ended = time.monotonic(), reaped_seconds() - reaped
    return {
        "events": EVENTS,
        "delivered": delivered,
        **quantiles_ms(took),
        "gateway_cpu_ms_per_connection": round((attached - attaching) / CLIENTS * 1000, 2),
        "gateway_cpu_us_per_delivery": round((told - idled) / delivered * 1e6, 1),
        "gateway_cpu_percent_idle": round((idled - attached) / 5 * 100, 2),
        "gateway_kib_per_client": round((full_kib - empty_kib) / CLIENTS, 1),
        "cpu_s_to_stop_with_all_open": round(ended - told, 2),
        "s_to_stop_with_all_open": round(stopped - stopping, 2),
        "differ_from_the_log": len(swarm.differences()),
    }


def assembled(mill: Mill, gateway: Gateway, hint_url: str | None, cuts: Cuts | None) -> tuple[NewsWriter, Swarm]:
    """Give a writer of jobs of some tenants, and clients that listen to these."""
    keys = {mill.add_tenant(f"tenant {number}"): new_key() for number in range(TENANTS)}
    with mill.db.unit_of_work() as connection:
        for tenant, key in keys.items():
            connection.execute(queries.add_key(tenant, key, name="", scopes=[Scope.JOBS], expires_at=None))
    writer = NewsWriter(mill, list(keys), JOBS // 5, hint_url, seed=1)
    secrets = {tenant: key.secret for tenant, key in keys.items()}
    return writer, Swarm(writer, secrets, [gateway.port], count=CLIENTS, cuts=cuts)


def tell(writer: NewsWriter) -> None:
    """Commit events on a fixed beat, however long one takes."""
    jobs, began = list(writer.jobs), time.monotonic()
    for number in range(EVENTS):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        writer.one(jobs[number % len(jobs)])


def resident_kib(pid: int) -> int:
    """Give the memory of a process, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def reaped_seconds() -> float:
    """Give the CPU seconds of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
