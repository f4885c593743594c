"""Bad input is refused with a clear problem, and nothing is queued."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.edge import Edge
from mediamill.ids import uuid7
from mediamill.tenants.keys import Scope
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

NOOP = {"kind": "test.noop", "input": {}}


async def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


WRONG: list[tuple[Any, str, list[str]]] = [
    ({"kind": "no.kind", "input": {}}, "unknown-kind", ["kind"]),
    ({"kind": "test.noop"}, "invalid-request", ["input"]),
    ({"input": {}}, "invalid-request", ["kind"]),
    ({"kind": "test.sleep", "input": {"seconds": "long"}}, "invalid-input", ["input", "seconds"]),
    ({"kind": "test.sleep", "input": {"second": 1}}, "invalid-input", ["input", "second"]),
    ({"kind": "test.noop", "input": []}, "invalid-request", ["input"]),
    ({**NOOP, "colour": "red"}, "invalid-request", ["colour"]),
    ({**NOOP, "priority": 10}, "invalid-request", ["priority"]),
    ({**NOOP, "priority": "high"}, "invalid-request", ["priority"]),
    ({**NOOP, "metadata": {"n": 1}}, "invalid-request", ["metadata", "n"]),
    ({**NOOP, "cache": "maybe"}, "invalid-request", ["cache"]),
    ({**NOOP, "run_at": "2999-01-01T00:00:00"}, "invalid-request", ["run_at"]),
    ({**NOOP, "deadline_s": 0}, "invalid-request", ["deadline_s"]),
    ({**NOOP, "max_cost": -1}, "invalid-request", ["max_cost"]),
    ({**NOOP, "provider": "nobody"}, "invalid-input", ["provider"]),
    ({**NOOP, "webhook": {"url": "ftp://example.com"}}, "invalid-request", ["webhook", "url"]),
    ({**NOOP, "webhook": {"url": "http://127.0.0.1/"}}, "invalid-request", ["webhook", "url"]),
    ({**NOOP, "webhook": {"url": "https://9.9.9.9/", "events": ["job"]}}, "invalid-request", ["webhook", "events", 0]),
    ({"kind": "test.noop", "input": {"payload": "a\0b"}}, "invalid-input", ["input"]),
    ([], "invalid-request", []),
]


async def test_a_wrong_field_is_named(client: httpx.AsyncClient) -> None:
    for body, code, loc in WRONG:
        response = await client.post("/v1/jobs", json=body)

        problem = await assert_problem(response, 422, code)
        assert loc in [error["loc"] for error in problem["errors"]]
    assert (await client.get("/v1/jobs")).json()["data"] == []


async def test_a_body_that_is_no_json_is_a_clear_error(client: httpx.AsyncClient) -> None:
    bodies = {
        b"{": 400,
        b"not json": 400,
        b'{"kind": NaN}': 400,
        b"[" * 100_000: 400,
        b'{"kind": "test.noop", "input": {"payload": "\\ud800"}}': 400,
        b"": 422,
    }

    for body, status in bodies.items():
        response = await client.post("/v1/jobs", content=body, headers={"content-type": "application/json"})

        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"


async def test_without_a_valid_key_nothing_is_said(client: httpx.AsyncClient) -> None:
    for given in ("", "Bearer ", "Bearer mm_wrong", "Basic dXNlcjpwYXNz", "Bearer clé"):
        request = client.build_request("POST", "/v1/jobs", json=NOOP)
        request.headers["Authorization"] = given

        response = await client.send(request)

        await assert_problem(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_id_is_not_found(client: httpx.AsyncClient) -> None:
    for job_id in (str(uuid7()), "42", "..%2Fetc%2Fpasswd", "null", "%00"):
        for path in ("", "/events", "/steps", "/children"):
            response = await client.get(f"/v1/jobs/{job_id}{path}")

            assert response.status_code == 404
            assert response.headers["content-type"] == "application/problem+json"


async def test_an_unknown_route_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    await assert_problem(await client.get("/v1/nothing"), 404, "not-found")
    wrong = await client.put("/v1/jobs")

    await assert_problem(wrong, 405, "method-not-allowed")
    assert "POST" in wrong.headers["allow"]


async def test_a_body_of_11_mb_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/jobs", content=b"x" * 11_000_000, headers={"content-type": "application/json"})

    await assert_problem(response, 413, "too-large")


async def test_a_body_of_11_mb_without_a_length_is_refused_too(client: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(11):
            yield b" " * 1_000_000

    response = await client.post("/v1/jobs", content=chunks(), headers={"content-type": "application/json"})

    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_full_line_is_refused_with_a_time_to_come_back(
    client: httpx.AsyncClient, mill: Mill, caller_of: Any
) -> None:
    small = caller_of(mill.add_tenant("small", max_queued=1), Scope.JOBS)
    await client.post("/v1/jobs", json=NOOP, headers=small.headers)

    response = await client.post("/v1/jobs", json=NOOP, headers=small.headers)

    await assert_problem(response, 429, "over-quota")
    assert int(response.headers["retry-after"]) > 0


async def test_our_mistakes_are_a_500_that_tells_nothing(
    client: httpx.AsyncClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(edge: Edge) -> None:
        raise ZeroDivisionError("a secret of ours")

    monkeypatch.setattr(type(app.state.edge), "look", fail)

    response = await client.get(f"/v1/jobs/{uuid7()}")

    problem = await assert_problem(response, 500, "internal")
    assert "secret" not in response.text
    assert problem["detail"] == "It was logged under this request_id."


async def test_a_request_id_of_the_client_is_kept_if_it_is_a_decent_one(client: httpx.AsyncClient) -> None:
    kept = await client.get("/health", headers={"x-request-id": "abc-1"})
    replaced = await client.get("/health", headers={"x-request-id": "a b\tc"})

    assert kept.headers["x-request-id"] == "abc-1"
    assert replaced.headers["x-request-id"] != "a b\tc"


async def test_a_problem_explains_itself(client: httpx.AsyncClient) -> None:
    problem = (await client.get(f"/v1/jobs/{uuid7()}")).json()

    page = await client.get(problem["type"].removeprefix("http://127.0.0.1:8080"))

    assert page.json() == {
        "code": "not-found",
        "status": 404,
        "title": problem["title"],
        "error_class": "permanent",
    }
