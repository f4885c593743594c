"""A provider that is down, switched off or not wanted is a matter of configuration: jobs go on with the next one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from mediamill_testing.stacks import Stack, running_stack, until
from mediamill_testing.vendor.bill import Sale
from mediamill_testing.vendor.server import VendorServer

JOBS = 200
MOST_CALLS = 10
MANY = 1_000_000

TURNS = "SELECT result FROM steps WHERE job_id = %(id)s AND name = 'chain' ORDER BY ordinal"


class Site(NamedTuple):
    """A stack and the vendor that it buys from."""

    stack: Stack
    port: int
    open_shop: list[VendorServer]
    traps: list[str]
    """At which moments of a sale the worker is to be killed, first to last."""

    @property
    def vendor(self) -> VendorServer:
        return self.open_shop[0]

    def reopen(self) -> None:
        """Have the vendor answer again where it answered before."""
        self.open_shop[0] = VendorServer(self.spring, port=self.port).start()
        self.open_shop[0].faults.drop_hooks = True

    def spring(self, moment: str, sale: Sale) -> None:
        if self.traps and self.traps[0] == moment:
            self.traps.pop(0)
            self.stack.kill_worker()

    def operate(self, method: str, path: str, body: Any = None) -> Any:
        with self.stack.client(self.stack.operator_key) as client:
            answer = client.request(method, path, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def post(self, number: int, **input: Any) -> list[str]:
        body = {"jobs": [{"kind": "test.serve", "input": input}] * number}
        with self.stack.client() as client:
            answer = client.post("/v1/jobs/batch", json=body).raise_for_status()
        return [job["id"] for job in answer.json()["data"]]

    def served(self, jobs: list[str], patience_s: float = 90) -> Counter[str]:
        """Wait for the ends of jobs and count by whom those were served that succeeded."""
        query = "SELECT state, output->>'provider' AS by FROM jobs WHERE id = ANY(%(ids)s::uuid[])"

        def look() -> list[dict[str, Any]] | None:
            rows = self.stack.sql(query, ids=jobs)
            return rows if all(row["state"] in {"succeeded", "failed", "canceled"} for row in rows) else None

        return Counter(row["by"] for row in until(look, patience_s) if row["state"] == "succeeded")

    def circuits(self) -> list[dict[str, Any]]:
        listed = self.operate("GET", "/v1/providers")["data"]
        return next(list(row["circuits"]) for row in listed if row["name"] == "replicate")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    vendor = VendorServer().start()
    port = urlsplit(vendor.url).port or 0
    vendor.close()
    settings = {
        "MEDIAMILL_REPLICATE_BASE_URL": vendor.url,
        "MEDIAMILL_REPLICATE_API_TOKEN": "test",
        "MEDIAMILL_CHAINS": json.dumps({"test.serve": ["replicate", "local"]}),
    }
    with running_stack(tmp_path_factory.mktemp("chains"), **settings) as stack:
        made = Site(stack, port, [vendor], [])
        made.reopen()
        yield made
        made.vendor.close()


@pytest.fixture(autouse=True)
def well(site: Site) -> None:
    """Every test finds the vendor well and asked for nothing, nothing switched, and no order but the settings'."""
    site.stack.sql("UPDATE predictions SET next_at = NULL")
    site.stack.sql("DELETE FROM circuits")
    site.stack.sql("DELETE FROM chains")
    site.operate("PUT", "/v1/providers/replicate", {"enabled": True})


@pytest.mark.parametrize("fault", ["broken", "away", "closed"])
def test_with_a_vendor_that_fails_every_call_jobs_finish_on_the_next_and_return_when_it_is_well(
    site: Site, fault: str
) -> None:
    before = site.vendor.api.asked.get("POST predictions", 0)
    if fault == "closed":
        site.vendor.close()
    else:
        setattr(site.vendor.faults, fault, MANY)

    jobs = site.post(JOBS)
    opened = until(lambda: [one for one in site.circuits() if one["state"] != "closed"])
    calls = site.vendor.api.asked.get("POST predictions", 0) - before
    served = site.served(jobs)

    assert served["local"] >= 0.99 * JOBS
    assert calls <= MOST_CALLS
    assert opened[0]["failures"] >= 5

    if fault == "closed":
        site.reopen()
    else:
        setattr(site.vendor.faults, fault, 0)
    until(lambda: site.served(site.post(1))["replicate"], 90, every_s=0.5)
    assert site.circuits() == []
    assert site.served(site.post(20)) == {"replicate": 20}


@pytest.mark.parametrize("moment", ["asked", "sold", "answered"])
def test_a_worker_killed_in_the_middle_of_a_failover_neither_loses_nor_buys_twice(site: Site, moment: str) -> None:
    site.operate("PUT", "/v1/chains/test.serve", {"providers": ["direct", "replicate", "local"]})
    before = len(site.vendor.bill.sales())
    site.vendor.faults.away = 1
    site.traps.append(moment)

    (job,) = site.post(1)
    served = site.served([job])

    turns = [step["result"]["value"]["provider"] for step in site.stack.sql(TURNS, id=job)]
    assert (site.traps, served, turns) == ([], {"replicate": 1}, ["direct", "replicate"])
    assert len(site.vendor.bill.sales()) - before == 1


def test_a_provider_that_is_switched_off_loses_the_next_jobs_with_no_restart(site: Site) -> None:
    worker = site.stack.worker_pid()
    first = site.served(site.post(5))

    off = json.loads(site.stack.mill("providers", "off", "replicate", "--reason", "it is dear", "--json").stdout)
    without = site.served(site.post(5))
    site.stack.mill("providers", "on", "replicate")
    again = site.served(site.post(5))

    assert (first, without, again) == ({"replicate": 5}, {"local": 5}, {"replicate": 5})
    assert (off["enabled"], off["reason"], site.stack.worker_pid()) == (False, "it is dear", worker)


def test_a_tenant_may_have_an_order_of_its_own(site: Site) -> None:
    (tenant,) = site.stack.sql("SELECT id, name FROM tenants WHERE name = 'local'")

    site.stack.mill("chains", "set", "test.serve", "direct", "local", "--tenant", tenant["name"])
    own = site.served(site.post(3))
    listed = json.loads(site.stack.mill("chains", "--json").stdout)
    site.stack.mill("chains", "unset", "test.serve", "--tenant", str(tenant["id"]))
    like_everybody = site.served(site.post(3))

    assert (own, like_everybody) == ({"direct": 3}, {"replicate": 3})
    orders = [(row["tenant_id"], row["providers"], row["set_by"]) for row in listed if row["kind"] == "test.serve"]
    assert orders == [
        (None, ["replicate", "local"], "settings"),
        (str(tenant["id"]), ["direct", "local"], "operator"),
    ]
