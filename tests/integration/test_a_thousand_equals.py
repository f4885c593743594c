"""A thousand clients ask several gateways for the same at once: it is bought once, and each is answered."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediamill_testing.stacks import Stack, environment_of, running_stack, until
from mediamill_testing.swarm.gateways import gateways
from mediamill_testing.waits import bill_of

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

CLIENTS = 1000
SECONDS = 8.0


def asked_for(seconds: float, cost: str) -> dict[str, Any]:
    return {"kind": "test.wait", "input": {"seconds": seconds, "cost": cost}, "cache": "reuse"}


async def ask(url: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post a job over a connection of its own and give it; a client that does more takes longer than the gateways."""
    where, content = urlsplit(url), json.dumps(body)
    head = [
        "POST /v1/jobs HTTP/1.1",
        f"Host: {where.netloc}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Connection: close",
    ]
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write("\r\n".join([*head, "", content]).encode())
    answer = (await reader.read()).decode()
    writer.close()
    told, _, job = answer.partition("\r\n\r\n")
    assert told.startswith("HTTP/1.1 202 "), answer
    return dict(json.loads(job))


async def ask_all(key: str, urls: Sequence[str], body: dict[str, Any], clients: int = CLIENTS) -> list[str]:
    """Post the same from every client at once, to one gateway after the other, and give the ids of the jobs."""
    asked = [ask(url, key, body) for url in itertools.islice(itertools.cycle(urls), clients)]
    return [job["id"] for job in await asyncio.gather(*asked)]


def ended(stack: Stack, ids: list[str]) -> list[dict[str, Any]]:
    """Wait until all have ended and give them."""
    query = "SELECT state, output, cost FROM jobs WHERE id = ANY(%(ids)s::uuid[])"
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = stack.sql(query, ids=ids)
        return {row["state"] for row in found} <= {"succeeded", "failed", "canceled"}

    until(look, 120, 0.5)
    return found


def test_a_thousand_equals_are_one_sale(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        environment = dict(entry.split("=", 1) for entry in environment_of(stack.parts()["conductor"]))
        with gateways(2, environment) as others:
            urls = [stack.url, *(gateway.url for gateway in others)]
            # Each has opened its connections and knows the key: how gateways begin is another matter.
            asyncio.run(ask_all(stack.key, urls, {"kind": "test.noop", "input": {}}, len(urls)))
            for sales, cost in ((1, "0"), (2, "0.01")):
                ids = asyncio.run(ask_all(stack.key, urls, asked_for(SECONDS, cost)))
                in_line = stack.sql("SELECT count(*)::int AS jobs FROM lines")[0]["jobs"]
                stack.kill_worker()

                answers = ended(stack, ids)

                assert in_line <= 1
                assert len(set(ids)) == CLIENTS
                assert {row["state"] for row in answers} == {"succeeded"}
                assert len({row["output"]["prediction"] for row in answers}) == 1
                assert sum(row["cost"] for row in answers) == Decimal(cost)
                bill = bill_of(stack)
                assert (len(bill["keys"]), Decimal(bill["total"])) == (sales, Decimal(cost))
