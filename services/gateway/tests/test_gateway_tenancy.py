"""Every route, with the wrong key: found by walking the app's routes, so that a new route is covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from gateway.app import ROUTERS
from gateway.products.crossroads import claimed
from mediamill.tenants.keys import Scope
from mediamill_products.catalogue import products

pytestmark = pytest.mark.anyio

OPEN = {"/docs", "/health", "/livez", "/readyz", "/metrics", "/problems/{code}", "/hooks/{vendor}/{token}"}
OPERATORS = ("/v1/tenants", "/v1/keys", "/v1/plans", "/v1/users", "/v1/queues/{queue}/", "/v1/providers", "/v1/chains")
SHARED = frozenset(claimed(products()))
FOR_ANY_KEY = {"/v1/kinds", "/v1/kinds/{kind}", "/v1/queues"}


class Call(NamedTuple):
    """A route and one of its methods."""

    method: str
    path: str


def calls() -> Iterator[Call]:
    """Give every call of our own API and of the products; drop-in surfaces say in their own ways who asks.

    A path that several products know asks nobody: it leads on to a route that does.
    """
    for router in (*ROUTERS, *(product.router for product in products())):
        for route in router.routes:
            if not isinstance(route, APIRoute) or route.path in SHARED:
                continue
            yield from (Call(method, route.path) for method in sorted(route.methods))


CLOSED = [call for call in calls() if call.path not in OPEN]
WITH_ID = [call for call in CLOSED if "{id}" in call.path]


def scope_of(call: Call) -> Scope | None:
    if call.path in FOR_ANY_KEY:
        return None
    return Scope.OPERATOR if call.path.startswith(OPERATORS) else Scope.JOBS


def filled(path: str, id: str) -> str:
    known = path.replace("{name}", "go").replace("{queue}", "test").replace("{kind}", "test.noop")
    return re.sub(r"\{\w+\}", id, known)


@pytest.fixture
async def ids(client: httpx.AsyncClient) -> dict[str, str]:
    """A job, an asset and a webhook of the owner."""
    job = await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})
    asset = await client.post("/v1/assets", content=b"some text")
    webhook = await client.post("/v1/webhooks", json={"url": "https://9.9.9.9/hook"})
    return {"jobs": job.json()["id"], "assets": asset.json()["id"], "webhooks": webhook.json()["id"]}


def test_the_walk_finds_the_routes() -> None:
    assert len(CLOSED) > 25
    assert {"/v1/jobs/{id}", "/v1/assets/{id}/content", "/v1/keys/{id}/rotate"} <= {call.path for call in WITH_ID}


async def test_no_route_answers_without_a_key(client: httpx.AsyncClient, ids: dict[str, str]) -> None:
    answered = {}
    for call in CLOSED:
        request = client.build_request(call.method, filled(call.path, ids["jobs"]), json={})
        del request.headers["Authorization"]

        answered[call] = (await client.send(request)).status_code

    assert answered == dict.fromkeys(CLOSED, 401)


async def test_no_route_answers_to_a_key_without_its_scope(
    client: httpx.AsyncClient, ids: dict[str, str], operator: Any, owner: Any
) -> None:
    scoped = [call for call in CLOSED if scope_of(call)]
    answered = {}
    for call in scoped:
        wrong = owner if scope_of(call) is Scope.OPERATOR else operator
        path = filled(call.path, ids["jobs"])

        answered[call] = (await client.request(call.method, path, json={}, headers=wrong.headers)).status_code

    assert answered == dict.fromkeys(scoped, 403)


async def test_what_belongs_to_somebody_else_is_not_there(
    client: httpx.AsyncClient, ids: dict[str, str], stranger: Any
) -> None:
    owned = [call for call in WITH_ID if scope_of(call) is Scope.JOBS]
    before = (await client.get(f"/v1/jobs/{ids['jobs']}")).json()
    answered = {}
    for call in owned:
        path = filled(call.path, ids[call.path.split("/")[2]])

        body = {"input": {}} if call.method == "POST" else None
        to_read = {**stranger.headers, "accept": "text/event-stream"}

        plain = await client.request(call.method, path, json=body, headers=stranger.headers)
        streamed = await client.request(call.method, path, json=body, headers=to_read)
        answered[call] = (plain.status_code, streamed.status_code)

    assert answered == dict.fromkeys(owned, (404, 404))
    after = (await client.get(f"/v1/jobs/{ids['jobs']}")).json()
    assert {**after, "eta": None} == {**before, "eta": None}


async def test_lists_and_counts_hold_nothing_of_others(
    client: httpx.AsyncClient, ids: dict[str, str], stranger: Any
) -> None:
    for path in ("/v1/jobs", "/v1/assets", "/v1/webhooks"):
        assert (await client.get(path, headers=stranger.headers)).json()["data"] == []
    usage = (await client.get("/v1/usage", headers=stranger.headers)).json()
    filtered = await client.get(f"/v1/jobs?parent={ids['jobs']}", headers=stranger.headers)

    assert (usage["jobs"], usage["storage"]) == (0, {"assets": 0, "bytes": 0})
    assert filtered.status_code == 404


async def test_a_cursor_of_another_tenant_does_not_fit(
    client: httpx.AsyncClient, ids: dict[str, str], stranger: Any
) -> None:
    await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}})
    cursor = (await client.get("/v1/jobs?limit=1")).json()["next_cursor"]

    response = await client.get(f"/v1/jobs?cursor={cursor}", headers=stranger.headers)

    assert response.status_code == 422


def test_every_route_of_the_app_is_walked(app: FastAPI) -> None:
    walked = {call.path for call in calls()} | SHARED
    own = {"/openapi.json"}

    assert set(app.openapi()["paths"]) <= walked
    assert not own & walked
