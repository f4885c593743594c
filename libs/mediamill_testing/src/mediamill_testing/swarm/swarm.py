"""Many clients at once, and the proof that each was told its log: no gap, no repeat, in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import cycle, islice
from uuid import UUID

from mediamill.clock import monotonic
from mediamill_testing.swarm.client import Client, Cuts, Fact
from mediamill_testing.swarm.newswriter import NewsWriter

OLDEST = "0"


class Swarm:
    """Clients of one writer's news: half of them on jobs, half on tenants, and of these half from the oldest event."""

    def __init__(
        self, writer: NewsWriter, keys: Mapping[UUID, str], ports: Sequence[int], *, count: int, cuts: Cuts | None
    ) -> None:
        self._begun = {tenant: len(log) for tenant, log in writer.log()[0].items()}
        self._writer = writer
        self.of_jobs: list[tuple[UUID, Client]] = []
        self.of_tenants: list[tuple[UUID, Client]] = []
        for number, (job, tenant) in enumerate(islice(cycle(writer.jobs.items()), count // 2)):
            chance = random.Random(number)
            self.of_jobs.append((job, Client(ports, f"/v1/jobs/{job}/events", keys[tenant], chance, cuts)))
        for number, tenant in enumerate(islice(cycle(keys), count - count // 2)):
            last_id = OLDEST if number // len(keys) % 2 else ""
            chance = random.Random(-1 - number)
            self.of_tenants.append((tenant, Client(ports, "/v1/events", keys[tenant], chance, cuts, last_id)))

    @property
    def clients(self) -> list[Client]:
        """All of them."""
        return [client for _, client in (*self.of_jobs, *self.of_tenants)]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Have all clients listen for the length of the block, which begins when each was connected once.

        Raises ``TimeoutError`` when one cannot, and what broke a client.
        """
        tasks = [asyncio.create_task(client.run()) for client in self.clients]
        try:
            await wait_for(lambda: all(client.is_attached for client in self.clients), 120)
            if missing := [client.path for client in self.clients if not client.is_attached]:
                raise TimeoutError(f"{len(missing)} clients could not listen, such as that of {missing[0]}")
            yield
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def hear_all(self, patience_s: float = 300) -> None:
        """Wait until every client has been told as much as the log holds for it, or one was refused for good."""
        wanted = [(client, len(log)) for client, log in self._wanted()]

        def is_settled() -> bool:
            return any(client.refusals for client, _ in wanted) or all(len(one.seen) >= many for one, many in wanted)

        await wait_for(is_settled, patience_s)

    def differences(self) -> list[str]:
        """Name the clients whose sequence is not the log's."""
        return [
            f"{client.path}: told {len(client.seen)} of {len(log)}, refused {client.refusals}, "
            f"{client.unanswered} times not answered"
            for client, log in self._wanted()
            if client.seen != log or client.refusals
        ]

    def _wanted(self) -> list[tuple[Client, list[Fact]]]:
        by_tenant, by_job = self._writer.log()
        wanted = [(client, by_job[job]) for job, client in self.of_jobs]
        for tenant, client in self.of_tenants:
            begin = 0 if client.first_id == OLDEST else self._begun[tenant]
            wanted.append((client, by_tenant[tenant][begin:]))
        return wanted


async def wait_for(holds: Callable[[], bool], patience_s: float) -> None:
    """Look again and again until something holds; go on without it when patience has ended."""
    until = monotonic() + patience_s
    while not holds() and monotonic() < until:  # noqa: ASYNC110  # what is waited for is known by no event
        await asyncio.sleep(0.05)
