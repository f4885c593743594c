"""Switches, circuits and the orders in which providers serve: an operator's word, felt by the next job."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from mediamill.clock import iso
from mediamill.ids import uuid7
from mediamill.jobs.states import State
from mediamill.providers.circuits import OPENS_AFTER, Failure, fail
from mediamill_testing.chains import circuits, order, served_by
from mediamill_testing.harness import Mill
from mediamill_testing.vendor.server import VendorServer

pytestmark = pytest.mark.anyio

Call = Any
SERVE = {"kind": "test.serve", "input": {"cost": "0.05"}}


@pytest.fixture
def asked(client: httpx.AsyncClient, operator: Any) -> Call:
    """Asks as the operator."""

    async def ask(method: str, path: str, status: int, body: Any = None) -> Any:
        response = await client.request(method, path, json=body, headers=operator.headers)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    return ask


async def provider(asked: Call, name: str) -> dict[str, Any]:
    listed = (await asked("GET", "/v1/providers", 200))["data"]
    return next(dict(row) for row in listed if row["name"] == name)


async def test_providers_are_listed_with_their_keys_kinds_and_limits(
    app: FastAPI, asked: Call, vendor: VendorServer, mill: Mill
) -> None:
    limits = {"replicate": {"running": 3}}
    app.state.edge.config = mill.config.model_validate({**mill.config.model_dump(), "provider_limits": limits})

    listed = (await asked("GET", "/v1/providers", 200))["data"]

    assert [row["name"] for row in listed] == ["direct", "local", "replicate", "retired"]
    assert await provider(asked, "replicate") == {
        "name": "replicate",
        "kinds": ["test.serve"],
        "configured": True,
        "enabled": True,
        "reason": "",
        "circuits": [],
        "limits": {"running": 3, "per_minute": None},
    }


async def test_a_provider_without_its_key_is_not_configured(asked: Call) -> None:
    assert (await provider(asked, "replicate"))["configured"] is False
    assert (await provider(asked, "local"))["configured"] is True


async def test_a_switch_is_shown_with_its_reason_and_moves_the_next_job(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer, mill: Mill
) -> None:
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate", "local"]})

    off = await asked("PUT", "/v1/providers/replicate", 200, {"enabled": False, "reason": "it is dear"})
    job = (await client.post("/v1/jobs", json=SERVE)).json()
    mill.work_until_idle()

    assert (off["enabled"], off["reason"]) == (False, "it is dear")
    assert await provider(asked, "replicate") == off
    assert (job["provider"], served_by(mill, job["id"])) == ("local", "local")


async def test_an_open_circuit_is_shown_with_its_reason_and_when_it_may_be_tried(asked: Call, mill: Mill) -> None:
    for _ in range(OPENS_AFTER):
        mill.db.one(fail(Failure("replicate", "test/serve", "replicate answered 500", is_probe=False)))

    shown = (await provider(asked, "replicate"))["circuits"]

    (row,) = circuits(mill)
    assert shown == [
        {
            "model": "test/serve",
            "state": "open",
            "failures": OPENS_AFTER,
            "opened_at": iso(row.opened_at),
            "retry_at": iso(row.retry_at),
            "reason": "replicate answered 500",
        }
    ]


async def test_an_order_is_set_shown_and_forgotten(asked: Call, vendor: VendorServer) -> None:
    (standard,) = (await asked("GET", "/v1/chains", 200))["data"]

    made = await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["retired", "replicate", "local"]})
    changed = await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["local"]})
    listed = (await asked("GET", "/v1/chains", 200))["data"]
    await asked("DELETE", "/v1/chains/test.serve", 204)
    await asked("DELETE", "/v1/chains/test.serve", 404)

    assert (standard["providers"], standard["set_by"], standard["set_at"]) == (["local"], "manifest", None)
    assert (made["set_by"], made["providers"], made["serving"]) == (
        "operator",
        ["retired", "replicate", "local"],
        ["replicate", "local"],
    )
    assert listed == [changed]
    assert (await asked("GET", "/v1/chains", 200))["data"] == [standard]


async def test_a_tenants_order_goes_before_everybodys_and_other_tenants_do_not_feel_it(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer, mill: Mill, stranger: Any
) -> None:
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["local", "direct"]})
    own = await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate"], "tenant_id": str(mill.tenant)})

    mine = (await client.post("/v1/jobs", json=SERVE)).json()
    theirs = (await client.post("/v1/jobs", json=SERVE, headers=stranger.headers)).json()
    await asked("DELETE", f"/v1/chains/test.serve?tenant_id={mill.tenant}", 204)
    after = (await client.post("/v1/jobs", json=SERVE)).json()

    assert own["tenant_id"] == str(mill.tenant)
    assert [job["provider"] for job in (mine, theirs, after)] == ["replicate", "local", "local"]


async def test_wrong_orders_and_switches_are_refused(asked: Call) -> None:
    for body in (
        {},
        {"providers": []},
        {"providers": ["local", "local"]},
        {"providers": ["nobody"]},
        {"providers": "x"},
    ):
        await asked("PUT", "/v1/chains/test.serve", 422, body)
    await asked("PUT", "/v1/chains/no.kind", 404, {"providers": ["local"]})
    unknown = {"providers": ["local"], "tenant_id": str(uuid7())}
    await asked("PUT", "/v1/chains/test.serve", 404, unknown)
    await asked("PUT", "/v1/providers/nobody", 404, {"enabled": True})
    for body in ({}, {"enabled": "maybe"}, {"enabled": True, "why": "x"}):
        await asked("PUT", "/v1/providers/local", 422, body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/providers"),
        ("PUT", "/v1/providers/local"),
        ("GET", "/v1/chains"),
        ("PUT", "/v1/chains/test.serve"),
        ("DELETE", "/v1/chains/test.serve"),
    ],
)
async def test_only_operators_see_and_change_them(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, json={"enabled": False, "providers": ["local"]})

    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


async def test_the_head_of_the_order_is_who_a_job_is_priced_and_reserved_for(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer, mill: Mill
) -> None:
    prices = {}

    for name in ("local", "replicate", "direct"):
        await asked("PUT", "/v1/chains/test.serve", 200, {"providers": [name]})
        job = (await client.post("/v1/jobs", json=SERVE)).json()
        told = (await client.post("/v1/estimates", json=SERVE)).json()
        prices[name] = (job["provider"], told["provider"], told["cost"], told["order"])

    assert prices == {
        "local": ("local", "local", 0.0, [{"provider": "local", "cost": 0.0}]),
        "replicate": ("replicate", "replicate", 0.05, [{"provider": "replicate", "cost": 0.05}]),
        "direct": ("direct", "direct", 0.1, [{"provider": "direct", "cost": 0.1}]),
    }


async def test_kinds_and_estimates_tell_the_order_and_its_prices(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer
) -> None:
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate", "retired", "direct", "local"]})

    kind = (await client.get("/v1/kinds/test.serve")).json()
    told = (await client.post("/v1/estimates", json=SERVE)).json()
    named = (await client.post("/v1/estimates", json={**SERVE, "provider": "direct"})).json()

    assert kind["order"] == [
        {"provider": "replicate", "price": 1.0},
        {"provider": "direct", "price": 2.0},
        {"provider": "local", "price": 0.0},
    ]
    assert [(offer["provider"], offer["cost"]) for offer in told["order"]] == [
        ("replicate", 0.05),
        ("direct", 0.1),
        ("local", 0.0),
    ]
    assert [(offer["provider"], offer["cost"]) for offer in named["order"]] == [("direct", 0.1)]


async def test_another_gateway_hears_of_an_order_in_the_background(
    app: FastAPI, client: httpx.AsyncClient, mill: Mill, vendor: VendorServer
) -> None:
    order(mill, "replicate", "local")
    await app.state.edge.orders.refresh()

    job = (await client.post("/v1/jobs", json=SERVE)).json()

    assert job["provider"] == "replicate"


async def test_a_child_is_priced_and_served_like_any_job(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer, mill: Mill
) -> None:
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate"]})

    asked_for = {"children": [{"kind": "test.serve"}]}
    parent = (await client.post("/v1/jobs", json={"kind": "shop.gather", "input": asked_for})).json()
    mill.work_until_ended(parent["id"])

    (child,) = mill.children(parent["id"])
    assert (State(child.state), child.provider, child.pinned) == (State.SUCCEEDED, "replicate", False)


async def test_a_job_that_waits_for_a_rest_says_so_and_goes_on_when_an_operator_lets_others_serve(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer, mill: Mill
) -> None:
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate"]})
    for _ in range(OPENS_AFTER):
        mill.db.one(fail(Failure("replicate", "test/serve", "It is broken.", is_probe=False)))
    job = (await client.post("/v1/jobs", json=SERVE)).json()["id"]
    mill.work_until_idle()
    waiting = (await client.get(f"/v1/jobs/{job}")).json()["waiting_for"]

    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["replicate", "local"]})
    mill.work_until_idle()

    assert (waiting["reason"], waiting["until"] is not None) == ("provider_rest", True)
    assert waiting["detail"].endswith("are given a rest: replicate test/serve.")
    assert served_by(mill, job) == "local"


async def test_a_job_that_nobody_may_serve_is_refused_with_the_reason(
    client: httpx.AsyncClient, asked: Call, vendor: VendorServer
) -> None:
    await asked("PUT", "/v1/providers/local", 200, {"enabled": False, "reason": "the disk is full"})
    alone = await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})
    named = await client.post("/v1/jobs", json={**SERVE, "provider": "local"})
    await asked("PUT", "/v1/chains/test.serve", 200, {"providers": ["local", "replicate"]})
    next_one = await client.post("/v1/jobs", json=SERVE)
    await asked("PUT", "/v1/providers/local", 200, {"enabled": True, "reason": ""})
    again = await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})

    assert [(answer.status_code, answer.json()["code"]) for answer in (alone, named)] == [(503, "switched-off")] * 2
    assert "the disk is full" in alone.json()["detail"]
    assert (next_one.status_code, next_one.json()["provider"], again.status_code) == (202, "replicate", 202)
