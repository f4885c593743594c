"""What a caller sees of money: prices before, refusals in time, and what was used."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from mediamill_testing.books import drift, ledger
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio


def purchase(tmp_path: Path, price: str, **facts: Any) -> dict[str, Any]:
    return {"kind": "shop.buy", "input": {"ledger": str(tmp_path / "vendor"), "price": price}, **facts}


async def test_an_estimate_tells_what_is_reserved(client: httpx.AsyncClient, mill: Mill, tmp_path: Path) -> None:
    asked = purchase(tmp_path, "0.125")

    estimate = (await client.post("/v1/estimates", json=asked)).json()
    await client.post("/v1/jobs", json=asked)

    assert estimate["cost"] == 0.125
    assert [(type_, float(amount)) for type_, amount in ledger(mill)] == [("reserve", 0.125)]


async def test_over_budget_is_a_402_that_says_whose_budget_it_is(
    client: httpx.AsyncClient, operator: Any, mill: Mill, tmp_path: Path
) -> None:
    await client.patch(f"/v1/tenants/{mill.tenant}", json={"budget": 0.1}, headers=operator.headers)
    await client.post("/v1/jobs", json=purchase(tmp_path, "0.07"))

    refused = await client.post("/v1/jobs", json=purchase(tmp_path, "0.04"))
    none_of_both = await client.post("/v1/jobs/batch", json={"jobs": [purchase(tmp_path, "0.02")] * 2})

    told = refused.json()
    assert (refused.status_code, none_of_both.status_code, told["code"]) == (402, 402, "out-of-budget")
    assert {name: told[name] for name in ("scope", "limit", "spent", "reserved", "wanted")} == {
        "scope": "tenant",
        "limit": 0.1,
        "spent": 0,
        "reserved": 0.07,
        "wanted": 0.04,
    }
    assert (len(ledger(mill)), len((await client.get("/v1/jobs")).json()["data"])) == (1, 1)


async def test_a_key_has_a_budget_of_its_own(
    client: httpx.AsyncClient, operator: Any, mill: Mill, tmp_path: Path
) -> None:
    asked = {"tenant_id": str(mill.tenant), "budget": 0.05}
    made = (await client.post("/v1/keys", json=asked, headers=operator.headers)).json()
    headers = {"Authorization": f"Bearer {made['secret']}"}

    first = await client.post("/v1/jobs", json=purchase(tmp_path, "0.05"), headers=headers)
    second = await client.post("/v1/jobs", json=purchase(tmp_path, "0.01"), headers=headers)
    of_another_key = await client.post("/v1/jobs", json=purchase(tmp_path, "0.01"))
    raised = await client.patch(f"/v1/keys/{made['id']}", json={"budget": 0.06}, headers=operator.headers)
    third = await client.post("/v1/jobs", json=purchase(tmp_path, "0.01"), headers=headers)

    assert [answer.status_code for answer in (first, second, of_another_key, third)] == [202, 402, 202, 202]
    assert (second.json()["scope"], made["budget"], raised.json()["budget"]) == ("key", 0.05, 0.06)
    assert drift(mill) == []


def test_fifty_posts_race_for_the_last_cent(served: Any, owner: Any, operator: Any, mill: Mill, tmp_path: Path) -> None:
    with httpx.Client(base_url=served.url, headers=owner.headers, timeout=60) as client:
        client.patch(f"/v1/tenants/{mill.tenant}", json={"budget": 0.05}, headers=operator.headers)

        def post(_: int) -> int:
            return client.post("/v1/jobs", json=purchase(tmp_path, "0.01")).status_code

        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(post, range(50)))

    assert (answers.count(202), answers.count(402)) == (5, 45)
    assert (len(ledger(mill)), drift(mill)) == (5, [])


async def test_usage_tells_cost_by_day_kind_and_provider_also_as_csv(
    client: httpx.AsyncClient, mill: Mill, tmp_path: Path
) -> None:
    made = (await client.post("/v1/jobs", json=purchase(tmp_path, "0.25"))).json()
    await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})
    mill.work_until_idle()
    mill.treasurer.tick()

    usage = (await client.get("/v1/usage?days=1")).json()
    as_csv = await client.get("/v1/usage?days=1", headers={"Accept": "text/csv"})
    exported = await client.get("/v1/usage.csv?days=1")
    job = (await client.get(f"/v1/jobs/{made['id']}")).json()

    told = [(day["kind"], day["provider"], day["jobs"], day["succeeded"], day["cost"]) for day in usage["days"]]
    assert told == [("shop.buy", "local", 1, 1, 0.25), ("test.noop", "local", 1, 1, 0)]
    assert (usage["cost"], usage["quota"]["spent"], usage["quota"]["reserved"]) == (0.25, 0.25, 0)
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert [(row["kind"], row["cost"], row["jobs"]) for row in rows] == [
        ("test.noop", "0", "1"),
        ("shop.buy", "0.25", "1"),
    ]
    assert (exported.text, exported.headers["content-type"]) == (as_csv.text, "text/csv; charset=utf-8")
    assert (job["cost"], job["total_cost"]) == (0.25, 0.25)
