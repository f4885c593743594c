"""Tenants, keys and queues, for the operator."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from mediamill.ids import uuid7
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

Call = Any


@pytest.fixture
def asked(client: httpx.AsyncClient, operator: Any) -> Call:
    """Asks as the operator."""

    async def ask(method: str, path: str, status: int, body: Any = None) -> Any:
        response = await client.request(method, path, json=body, headers=operator.headers)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    return ask


async def works(client: httpx.AsyncClient, secret: str) -> bool:
    response = await client.get("/v1/jobs", headers={"Authorization": f"Bearer {secret}"})
    return response.status_code == 200


async def test_a_tenant_is_made_found_listed_and_changed(asked: Call) -> None:
    made = await asked("POST", "/v1/tenants", 201, {"name": "acme", "plan": "paid", "weight": 3})

    changed = await asked("PATCH", f"/v1/tenants/{made['id']}", 200, {"max_queued": 10, "budget": 12.5})
    same = await asked("PATCH", f"/v1/tenants/{made['id']}", 200, {})
    listed = await asked("GET", "/v1/tenants", 200)

    assert (made["name"], made["plan"], made["weight"], made["max_queued"]) == ("acme", "paid", 3, None)
    assert changed == same == {**made, "max_queued": 10, "budget": 12.5, "own": ["max_queued", "weight"]}
    assert await asked("GET", f"/v1/tenants/{made['id']}", 200) == changed
    assert listed["data"][0] == changed


async def test_a_tenants_name_is_its_own(asked: Call) -> None:
    await asked("POST", "/v1/tenants", 201, {"name": "acme"})
    other = await asked("POST", "/v1/tenants", 201, {"name": "other"})

    again = await asked("POST", "/v1/tenants", 409, {"name": " acme "})
    renamed = await asked("PATCH", f"/v1/tenants/{other['id']}", 409, {"name": "acme"})

    assert again["code"] == renamed["code"] == "conflict"


async def test_wrong_tenants_and_keys_are_refused(asked: Call) -> None:
    for body in ({}, {"name": ""}, {"name": "a\0b"}, {"name": "x", "plan": "gold"}, {"name": "x", "weight": 0}):
        await asked("POST", "/v1/tenants", 422, body)
    for body in ({}, {"tenant_id": "x"}, {"tenant_id": str(uuid7()), "scopes": ["root"]}):
        await asked("POST", "/v1/keys", 422, body)
    await asked("POST", "/v1/keys", 404, {"tenant_id": str(uuid7())})
    for path in (f"/v1/tenants/{uuid7()}", f"/v1/keys/{uuid7()}", "/v1/keys/x", f"/v1/keys?tenant_id={uuid7()}"):
        await asked("GET", path, 404)


async def test_a_key_shows_its_secret_once_and_the_database_cannot_tell_it(
    client: httpx.AsyncClient, asked: Call, mill: Mill
) -> None:
    tenant = await asked("POST", "/v1/tenants", 201, {"name": "acme"})

    made = await asked("POST", "/v1/keys", 201, {"tenant_id": tenant["id"], "name": "web"})
    found = await asked("GET", f"/v1/keys/{made['id']}", 200)
    listed = await asked("GET", f"/v1/keys?tenant_id={tenant['id']}", 200)

    with mill.db.unit_of_work() as connection:
        dump = str(connection.execute(text("SELECT * FROM api_keys")).all())
    assert await works(client, made["secret"])
    assert made["secret"].startswith(made["prefix"])
    assert (made["scopes"], made["expires_at"], made["revoked_at"]) == (["jobs"], None, None)
    assert found == {name: value for name, value in made.items() if name != "secret"}
    assert listed["data"] == [found]
    assert made["secret"] not in dump


async def test_both_keys_work_in_the_overlap_of_a_rotation(client: httpx.AsyncClient, asked: Call, mill: Mill) -> None:
    old = await asked("POST", "/v1/keys", 201, {"tenant_id": str(mill.tenant)})

    new = await asked("POST", f"/v1/keys/{old['id']}/rotate", 201, {"overlap_s": 3600})
    newest = await asked("POST", f"/v1/keys/{new['id']}/rotate", 201, {"overlap_s": 0})

    assert await works(client, old["secret"])
    assert not await works(client, new["secret"])
    assert await works(client, newest["secret"])
    assert newest["expires_at"] is None
    assert (await asked("GET", f"/v1/keys/{old['id']}", 200))["expires_at"] is not None
    await asked("POST", f"/v1/keys/{new['id']}/rotate", 409)


async def test_a_revoked_key_is_worthless_at_once(client: httpx.AsyncClient, asked: Call, mill: Mill) -> None:
    posted = await asked("POST", "/v1/keys", 201, {"tenant_id": str(mill.tenant)})
    deleted = await asked("POST", "/v1/keys", 201, {"tenant_id": str(mill.tenant)})
    assert await works(client, posted["secret"])

    first = await asked("POST", f"/v1/keys/{posted['id']}/revoke", 200)
    again = await asked("POST", f"/v1/keys/{posted['id']}/revoke", 200)
    await asked("DELETE", f"/v1/keys/{deleted['id']}", 204)

    assert first["revoked_at"] == again["revoked_at"]
    assert not await works(client, posted["secret"])
    assert not await works(client, deleted["secret"])


async def test_a_key_expires_also_while_it_is_remembered(client: httpx.AsyncClient, asked: Call, mill: Mill) -> None:
    expired = {"tenant_id": str(mill.tenant), "expires_at": "2020-01-01T00:00:00Z"}
    key = await asked("POST", "/v1/keys", 201, expired)

    before = await works(client, key["secret"])
    await asked("PATCH", f"/v1/keys/{key['id']}", 200, {"expires_at": None, "name": "for ever"})

    assert not before
    assert await works(client, key["secret"])


async def test_a_key_gets_other_scopes(client: httpx.AsyncClient, asked: Call, mill: Mill) -> None:
    key = await asked("POST", "/v1/keys", 201, {"tenant_id": str(mill.tenant)})
    assert await works(client, key["secret"])

    await asked("PATCH", f"/v1/keys/{key['id']}", 200, {"scopes": ["operator"]})

    assert not await works(client, key["secret"])


async def test_queues_tell_their_backlog_and_workers(client: httpx.AsyncClient, mill: Mill) -> None:
    for _ in range(3):
        mill.accept("test.noop")
    waiting = mill.accept("shop.signal", {"name": "go"})
    while mill.state_of(waiting) != "waiting":
        mill.turn()
    for _ in range(2):
        mill.accept("test.noop")

    queues = {queue["queue"]: queue for queue in (await client.get("/v1/queues")).json()["data"]}

    assert set(queues) == {"test", "shop"}
    assert set(queues["test"]) == {
        "queue", "summary", "depth", "running", "waiting", "oldest_age_s", "workers", "slots", "wait_estimate_s",
        "paused",
    }  # fmt: skip
    assert (queues["test"]["depth"], queues["test"]["workers"], queues["test"]["slots"]) == (2, 1, 8)
    assert (queues["shop"]["depth"], queues["shop"]["waiting"]) == (0, 1)
    assert 0 <= queues["test"]["oldest_age_s"] < 60
    assert queues["test"]["wait_estimate_s"] == 0
    assert queues["test"]["paused"] is False


async def test_a_paused_queue_accepts_but_hands_nothing_over(
    client: httpx.AsyncClient, asked: Call, mill: Mill
) -> None:
    paused = await asked("POST", "/v1/queues/test/pause", 200)
    job = (await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})).json()["id"]
    mill.turn()
    held = (await client.get(f"/v1/jobs/{job}")).json()["state"]

    resumed = await asked("POST", "/v1/queues/test/resume", 200)
    mill.work_until_idle()

    assert (paused["queue"], paused["paused"], resumed["paused"]) == ("test", True, False)
    assert held == "queued"
    assert (await client.get(f"/v1/jobs/{job}")).json()["state"] == "succeeded"
    await asked("POST", "/v1/queues/none/pause", 404)


async def test_no_worker_means_that_nobody_knows_the_wait(client: httpx.AsyncClient, mill: Mill) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE workers SET seen_at = now() - interval '1 hour'"))

    queues = (await client.get("/v1/queues")).json()["data"]

    assert {queue["wait_estimate_s"] for queue in queues} == {None}
    assert {queue["workers"] for queue in queues} == {0}


async def test_estimates_come_from_history_once_there_is_some(
    client: httpx.AsyncClient, app: FastAPI, mill: Mill
) -> None:
    body = {"kind": "test.sleep", "input": {"seconds": 0.05}}
    guessed = (await client.post("/v1/estimates", json=body)).json()
    mill.accept("test.sleep", {"seconds": 0.05})
    mill.work_until_idle()
    app.state.edge.history.forget()

    known = (await client.post("/v1/estimates", json=body)).json()

    eta = guessed.pop("eta")
    served = {"provider": "local", "order": [{"provider": "local", "cost": 0}]}
    assert guessed == {
        "kind": "test.sleep",
        "cost": 0,
        "duration_s": 1,
        "queue_wait_s": 0,
        "basis": "manifest",
        **served,
    }
    assert (eta["low"], eta["high"], eta["basis"]) == (None, None, "manifest")
    assert known["basis"] == "history"
    assert 0.05 <= known["duration_s"] < 0.9


async def test_an_estimate_validates_its_input(client: httpx.AsyncClient) -> None:
    wrong = await client.post("/v1/estimates", json={"kind": "test.sleep", "input": {"seconds": -1}})
    unknown = await client.post("/v1/estimates", json={"kind": "no.kind", "input": {}})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.json()["errors"][0]["loc"] == ["input", "seconds"]


async def test_usage_counts_by_day_and_kind_and_tells_what_is_left(
    client: httpx.AsyncClient, asked: Call, mill: Mill
) -> None:
    await asked("PATCH", f"/v1/tenants/{mill.tenant}", 200, {"max_queued": 10, "budget": 5, "max_running": 4})
    for kind in ("test.noop", "test.noop", "shop.keep"):
        mill.accept(kind)
    mill.accept("test.fail", {"class": "permanent"})
    mill.work_until_idle()
    mill.accept("test.noop")

    usage = (await client.get("/v1/usage?days=2")).json()

    days = {day["kind"]: day for day in usage["days"]}
    assert (days["test.noop"]["jobs"], days["test.noop"]["succeeded"], days["test.noop"]["cost"]) == (3, 2, 0)
    assert (days["test.fail"]["failed"], days["shop.keep"]["asset_bytes"]) == (1, usage["storage"]["bytes"])
    assert (usage["jobs"], usage["cost"], usage["storage"]["assets"]) == (5, 0, 1)
    assert usage["quota"] == {
        "queued": 1,
        "queued_left": 9,
        "max_queued": 10,
        "running": 0,
        "max_running": 4,
        "monthly": None,
        "monthly_left": None,
        "max_monthly": None,
        "bytes_left": None,
        "max_bytes": None,
        "budget": 5,
        "spent": 0,
        "reserved": 0,
        "budget_left": 5,
    }
