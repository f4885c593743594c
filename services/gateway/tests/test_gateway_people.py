"""People and plans: who may do what with their keys, and how many bytes a tenant may keep."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from gateway.app import ROUTERS
from mediamill.tenants.keys import Scope
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {}}


class Office:
    """Asks as an operator, and gives keys to people of the first tenant."""

    def __init__(self, client: httpx.AsyncClient, operator: dict[str, str], mill: Mill) -> None:
        self.client, self.operator, self.mill = client, operator, mill

    async def call(self, method: str, path: str, status: int, body: Any = None, who: Any = None) -> Any:
        response = await self.client.request(method, path, json=body, headers=who or self.operator)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    async def person(self, role: str, email: str = "", who: Any = None) -> tuple[str, dict[str, str]]:
        """Give somebody's id, and the headers with a key of theirs."""
        body = {"email": email or f"{role}@acme.example", "role": role}
        if who is None:
            body["tenant_id"] = str(self.mill.tenant)
        made = await self.call("POST", "/v1/users", 201, body, who)
        key = await self.call("POST", f"/v1/users/{made['id']}/keys", 201, {}, who)
        return made["id"], {"Authorization": f"Bearer {key['secret']}"}


@pytest.fixture
def office(client: httpx.AsyncClient, operator: Any, mill: Mill) -> Office:
    return Office(client, operator.headers, mill)


async def test_an_owner_manages_the_people_of_their_tenant_and_of_no_other(office: Office, stranger: Any) -> None:
    _, owner = await office.person("owner")

    member_id, member = await office.person("member", "M@acme.example", owner)
    elsewhere = await office.call(
        "POST", "/v1/users", 201, {"tenant_id": str(stranger.tenant_id), "email": "m@acme.example"}
    )
    listed = await office.call("GET", "/v1/users", 200, who=owner)

    assert {user["email"] for user in listed["data"]} == {"owner@acme.example", "M@acme.example"}
    assert (await office.call("GET", f"/v1/users/{member_id}/keys", 200, who=owner))["data"][0]["user_id"] == member_id
    await office.call("POST", "/v1/users", 409, {"email": "m@ACME.example"}, owner)
    await office.call(
        "POST", "/v1/users", 404, {"tenant_id": str(stranger.tenant_id), "email": "x@acme.example"}, owner
    )
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/keys"), ("GET", "/keys")):
        await office.call(method, f"/v1/users/{elsewhere['id']}{path}", 404, {} if method != "GET" else None, owner)
    await office.call("POST", "/v1/users", 403, {"email": "y@acme.example"}, member)
    await office.call("GET", "/v1/tenants", 403, who=owner)


async def test_a_viewer_may_look_and_change_nothing_whatever_the_route(office: Office, app: FastAPI) -> None:
    _, viewer = await office.person("viewer")
    job = (await office.client.post("/v1/jobs", json=NOOP)).json()["id"]
    changing = [
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and not route.path.startswith("/hooks")
        for method in route.methods - {"GET", "HEAD"}
    ]

    answered = {
        call: (await office.client.request(call[0], call[1].replace("{id}", job), json={}, headers=viewer)).status_code
        for call in changing
    }

    assert len(changing) > 40
    assert answered == dict.fromkeys(changing, 403)
    for path in ("/v1/jobs", f"/v1/jobs/{job}", f"/v1/jobs/{job}/events", "/v1/usage", "/v1/assets"):
        await office.call("GET", path, 200, who=viewer)
    assert (await office.client.get(f"/v1/jobs/{job}")).json()["state"] == "queued"


async def test_a_key_that_reads_only_is_a_viewers_too(office: Office, caller_of: Any, mill: Mill) -> None:
    reader = caller_of(mill.tenant, Scope.READ).headers

    await office.call("GET", "/v1/jobs", 200, who=reader)
    refused = await office.call("POST", "/v1/jobs", 403, NOOP, reader)

    assert "look and change nothing" in refused["detail"]


async def test_a_role_counts_from_the_next_request_and_who_leaves_has_no_key(office: Office) -> None:
    user_id, headers = await office.person("viewer")
    await office.call("POST", "/v1/jobs", 403, NOOP, headers)

    await office.call("PATCH", f"/v1/users/{user_id}", 200, {"role": "member"})
    await office.call("POST", "/v1/jobs", 202, NOOP, headers)
    await office.call("DELETE", f"/v1/users/{user_id}", 204)

    await office.call("GET", "/v1/jobs", 401, who=headers)
    await office.call("GET", f"/v1/users/{user_id}", 404)
    await office.person("viewer")


async def test_one_key_of_somebody_is_revoked_and_the_other_works_on(office: Office) -> None:
    user_id, headers = await office.person("member")
    other = await office.call("POST", f"/v1/users/{user_id}/keys", 201, {"name": "lost"})
    stray = await office.call("POST", "/v1/keys", 201, {"tenant_id": str(office.mill.tenant), "user_id": user_id})

    await office.call("DELETE", f"/v1/users/{user_id}/keys/{other['id']}", 204)

    await office.call("GET", "/v1/jobs", 200, who=headers)
    await office.call("GET", "/v1/jobs", 401, who={"Authorization": f"Bearer {other['secret']}"})
    await office.call("DELETE", f"/v1/users/{user_id}/keys/{user_id}", 404)
    rotated = await office.call("POST", f"/v1/keys/{stray['id']}/rotate", 201, {})
    assert stray["user_id"] == rotated["user_id"] == user_id


async def test_a_plan_is_made_given_and_removed(office: Office) -> None:
    team = {"is_paid": True, "weight": 3, "max_running": 2, "max_queued": 9, "max_monthly": 100, "max_bytes": 5000}
    keeps = {"keep_jobs_days": 30, "keep_events_days": 7, "keep_assets_days": None}

    made = await office.call("PUT", "/v1/plans/team", 200, team | keeps)
    tenant = await office.call("POST", "/v1/tenants", 201, {"name": "acme", "plan": "team", "max_queued": 1})
    own = await office.call("PATCH", f"/v1/tenants/{tenant['id']}", 200, {"weight": 7, "follow": ["max_queued"]})
    listed = (await office.call("GET", "/v1/plans", 200))["data"]

    assert made == {**team, **keeps, "name": "team", "tenants": 0, "created_at": made["created_at"]}
    assert {**tenant, **team} == {**tenant, "max_queued": 9, "is_paid": True}
    assert (tenant["own"], own["own"], own["weight"], own["max_queued"]) == (["max_queued"], ["weight"], 7, 9)
    assert [(plan["name"], plan["tenants"]) for plan in listed if plan["name"] == "team"] == [("team", 1)]
    await office.call("DELETE", "/v1/plans/team", 409)
    await office.call("PATCH", f"/v1/tenants/{tenant['id']}", 422, {"plan": "gold"})
    await office.call("PATCH", f"/v1/tenants/{tenant['id']}", 200, {"plan": "free"})
    await office.call("DELETE", "/v1/plans/team", 204)
    await office.call("GET", "/v1/plans/team", 404)
    await office.call("PUT", "/v1/plans/Team!", 422, team)


async def test_a_spent_month_is_told_with_the_day_on_which_it_begins_anew(
    office: Office, client: httpx.AsyncClient
) -> None:
    await office.call("PATCH", f"/v1/tenants/{office.mill.tenant}", 200, {"max_monthly": 1})
    await client.post("/v1/jobs", json=NOOP)

    refused = await client.post("/v1/jobs", json=NOOP)
    quota = (await client.get("/v1/usage")).json()["quota"]

    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (429, "over-quota", 1)
    assert refused.json()["resets_at"].endswith("-01T00:00:00Z")
    assert int(refused.headers["retry-after"]) > 0
    assert (quota["monthly"], quota["monthly_left"], quota["max_monthly"]) == (1, 0, 1)


async def test_bytes_over_the_plans_are_refused_before_they_are_kept(office: Office, client: httpx.AsyncClient) -> None:
    await office.call("PATCH", f"/v1/tenants/{office.mill.tenant}", 200, {"max_bytes": 200_000})
    first = await client.post("/v1/assets", content=b"a" * 150_000)

    async def pieces() -> Any:
        for _ in range(6):
            yield b"b" * 10_000

    told = await client.post("/v1/assets", content=b"c" * 150_000)
    untold = await client.post("/v1/assets", content=pieces())
    same = await client.post("/v1/assets", content=b"a" * 50_000)
    usage = (await client.get("/v1/usage")).json()

    assert [r.status_code for r in (first, told, untold, same)] == [201, 402, 402, 201]
    assert (told.json()["code"], told.json()["limit"], told.json()["kept"]) == ("over-storage", 200_000, 150_000)
    assert (usage["storage"], usage["quota"]["bytes_left"]) == ({"assets": 2, "bytes": 200_000}, 0)


async def test_what_jobs_make_counts_and_uploads_that_race_do_not_share_the_last_room(
    office: Office, client: httpx.AsyncClient, mill: Mill
) -> None:
    mill.accept("shop.keep", {"text": "x" * 100})
    mill.work_until_idle()
    await office.call("PATCH", f"/v1/tenants/{mill.tenant}", 200, {"max_bytes": 1100})

    answers = await asyncio.gather(*[client.post("/v1/assets", content=bytes([65 + n]) * 400) for n in range(8)])

    kept = (await client.get("/v1/usage")).json()["storage"]["bytes"]
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [402] * 6
    assert kept == 900
