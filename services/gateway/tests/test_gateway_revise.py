"""A job asked for again with something changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from mediamill.ids import uuid7
from mediamill_testing.front import Caller

pytestmark = pytest.mark.anyio


async def bought(client: httpx.AsyncClient, ledger: Path, **more: Any) -> dict[str, Any]:
    """Have a job done whose answers are reused."""
    body = {"kind": "shop.buy", "input": {"ledger": str(ledger), "price": "0.25"}, **more}
    answer = await client.post("/v1/jobs", json=body, headers={"Prefer": "wait=30"})
    assert answer.json()["state"] == "succeeded", answer.text
    return dict(answer.json())


@pytest.mark.usefixtures("working")
async def test_a_revised_job_has_the_same_input_but_for_what_is_changed(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    first = await bought(client, tmp_path / "sales", priority=7, metadata={"user": "42"})

    answer = await client.post(f"/v1/jobs/{first['id']}/revise", json={"input": {"price": "0.5"}})

    revised = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/jobs/{revised['id']}")
    assert revised["id"] != first["id"]
    assert revised["input"] == {**first["input"], "price": "0.5"}
    assert (revised["kind"], revised["priority"]) == ("shop.buy", 7)
    assert revised["metadata"] == {"user": "42", "revises": first["id"]}


@pytest.mark.usefixtures("working")
async def test_a_revision_that_was_made_before_is_answered_at_once(client: httpx.AsyncClient, tmp_path: Path) -> None:
    sales = tmp_path / "sales"
    first = await bought(client, sales)
    other = await bought(client, tmp_path / "others")

    answer = await client.post(f"/v1/jobs/{other['id']}/revise", json={"input": {"ledger": str(sales)}})

    assert (answer.json()["state"], answer.json()["output"]) == ("succeeded", first["output"])
    assert len(sales.read_text().split()) == 1


@pytest.mark.usefixtures("working")
async def test_the_same_key_revises_once(client: httpx.AsyncClient, tmp_path: Path) -> None:
    first = await bought(client, tmp_path / "sales")
    path, body, key = f"/v1/jobs/{first['id']}/revise", {"input": {"price": "0.5"}}, {"Idempotency-Key": "again"}

    one = await client.post(path, json=body, headers=key)
    again = await client.post(path, json=body, headers=key)

    assert again.json()["id"] == one.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.usefixtures("working")
async def test_a_revision_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, stranger: Caller, tmp_path: Path
) -> None:
    first = await bought(client, tmp_path / "sales")
    path = f"/v1/jobs/{first['id']}/revise"
    wrong: list[tuple[dict[str, Any], int, list[str]]] = [
        ({"input": {}}, 422, ["input"]),
        ({"input": {"price": "0.25"}}, 422, ["input"]),
        ({"input": {"colour": "red"}}, 422, ["input", "colour"]),
        ({"input": {"price": "much"}}, 422, ["input", "price"]),
        ({"input": {"price": "1"}, "kind": "test.noop"}, 422, ["kind"]),
        ({}, 422, ["input"]),
    ]

    for body, status, loc in wrong:
        answer = await client.post(path, json=body)
        assert answer.status_code == status, answer.text
        assert loc in [error["loc"] for error in answer.json()["errors"]]
    body = {"input": {"price": "1"}}
    assert (await client.post(path, json=body, headers=stranger.headers)).status_code == 404
    assert (await client.post(f"/v1/jobs/{uuid7()}/revise", json=body)).status_code == 404


async def test_a_job_that_has_not_ended_cannot_be_revised(client: httpx.AsyncClient) -> None:
    job = (await client.post("/v1/jobs", json={"kind": "shop.signal", "input": {"name": "go"}})).json()

    answer = await client.post(f"/v1/jobs/{job['id']}/revise", json={"input": {"name": "stop"}})

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "when it has ended" in answer.json()["detail"]


@pytest.mark.usefixtures("working")
async def test_a_kind_that_is_made_anew_each_time_cannot_be_revised(client: httpx.AsyncClient) -> None:
    job = (await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}}, headers={"Prefer": "wait=30"})).json()

    answer = await client.post(f"/v1/jobs/{job['id']}/revise", json={"input": {"payload": "x"}})

    assert answer.status_code == 409
    assert "nothing to reuse" in answer.json()["detail"]
