"""A film is asked for by a PubMed id, and its status tells how it stands, or why there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from mediamill.jobs.states import State
from mediamill_testing.front import Caller
from mediamill_testing.harness import Mill
from mediamill_testing.pubmed.server import PubmedServer

pytestmark = pytest.mark.anyio


async def begun(client: httpx.AsyncClient, pubmed_id: str = "90000001", base: str = "", **more: Any) -> dict[str, Any]:
    answer = await client.post(f"{base}/api/videos/generate", json={"pubmed_id": pubmed_id, **more})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def status(client: httpx.AsyncClient, job_id: str, base: str = "") -> dict[str, Any]:
    answer = await client.get(f"{base}/api/videos/{job_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("base", ["", "/explainer"])
async def test_a_film_is_asked_for_and_waits_in_line(client: httpx.AsyncClient, mill: Mill, base: str) -> None:
    made = await begun(client, base=base, aspect_ratio="9:16", theme="dark", user="of the old frontend")

    told = await status(client, made["job_id"], base)

    assert made.keys() == {"job_id", "video_id"}
    assert told | {"created_at": ""} == {
        **made,
        "pubmed_id": "90000001",
        "status": "pending",
        "step": "Waiting in line",
        "progress": 0,
        "video": None,
        "error": None,
        "error_code": None,
        "created_at": "",
    }
    job = mill.job(UUID(made["job_id"]))
    assert (job.kind, job.input["size"], job.input["theme"]) == ("flow.explainer", [720, 1280], "dark")


async def test_the_step_is_told_while_it_is_made_and_a_canceled_film_has_failed(
    client: httpx.AsyncClient, mill: Mill
) -> None:
    job_id = (await begun(client))["job_id"]
    mill.turn()
    at_work = await status(client, job_id)

    await client.post(f"/v1/jobs/{job_id}/cancel")

    canceled = await status(client, job_id)
    assert (at_work["status"], at_work["step"], at_work["progress"]) == ("processing", "Fetching the article", 0)
    assert (canceled["status"], canceled["error_code"], canceled["error"]) == (
        *("failed", "canceled"),
        "The film was canceled.",
    )


async def test_what_cannot_be_filmed_fails_with_its_reason(
    client: httpx.AsyncClient, mill: Mill, pubmed_server: PubmedServer
) -> None:
    ids = ("12345", "90000004", "90000005", "90000006")
    jobs = [(await begun(client, pubmed_id))["job_id"] for pubmed_id in ids]

    for job_id in jobs:
        mill.work_until_ended(UUID(job_id))

    told = [await status(client, job_id) for job_id in jobs]
    assert [one["status"] for one in told] == ["failed"] * 4
    assert [one["error_code"] for one in told] == [
        *("unknown-article", "no-abstract", "retracted-article", "not-an-article")
    ]
    assert told[0]["error"] == "PubMed has no article with this id. PMID 12345."
    assert "Ann Worked Ex. 2020 Jun;2(2):150" in told[2]["error"]
    assert told[2]["error"] in mill.job(UUID(jobs[2])).error["message"]


async def test_nothing_of_a_film_is_kept_when_it_is_not_accepted(
    client: httpx.AsyncClient, mill: Mill, owner: Caller
) -> None:
    with mill.db.unit_of_work() as connection:
        connection.execute(text("UPDATE tenants SET max_queued = 0"))

    refused = await client.post("/api/videos/generate", json={"pubmed_id": "90000001"})

    with mill.db.unit_of_work() as connection:
        rows = connection.execute(text("SELECT count(*) FROM explainer_videos")).scalar_one()
    assert refused.status_code == 429
    assert refused.json()["detail"]
    assert rows == 0


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"pubmed_id": "PMC12"}, "pubmed_id"),
        ({"pubmed_id": ""}, "pubmed_id"),
        ({"pubmed_id": 90000001, "aspect_ratio": "4:3"}, "aspect_ratio"),
        ({"pubmed_id": 90000001, "voice": "robot"}, "voice"),
        ({"pubmed_id": 90000001, "sections": 99}, "sections"),
        ({"pubmed_id": 90000001, "size": "huge"}, "size"),
        ({"pubmed_id": 90000001, "size": "641x361"}, "size"),
    ],
)
async def test_bad_input_is_refused_with_what_and_where(client: httpx.AsyncClient, body: Any, where: str) -> None:
    answer = await client.post("/api/videos/generate", json=body)

    assert answer.status_code == 422
    assert any(where in fault["loc"] and fault["msg"] for fault in answer.json()["detail"])


async def test_a_body_without_an_id_is_refused_with_what_it_may_have(client: httpx.AsyncClient) -> None:
    here = await client.post("/explainer/api/videos/generate", json={})
    at_the_root = await client.post("/api/videos/generate", json={})

    assert (here.status_code, here.json()["detail"][0]["loc"]) == (422, ["body", "pubmed_id"])
    assert at_the_root.status_code == 422
    assert "pubmed_id, scenes" in at_the_root.json()["detail"]


async def test_another_tenants_films_and_unknown_ones_are_not_there(
    client: httpx.AsyncClient, stranger: Caller, mill: Mill
) -> None:
    made = await begun(client)
    noop = mill.accept("test.noop")

    answers = [
        await client.get(f"/api/videos/{made['job_id']}", headers=stranger.headers),
        await client.get(f"/api/videos/{uuid4()}"),
        await client.get(f"/api/videos/{noop}"),
        await client.get(f"/api/videos/{made['job_id']}", headers={"Authorization": ""}),
        await client.get("/api/videos/not-an-id"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 401, 422]
    assert all(answer.json()["detail"] for answer in answers)


async def test_a_film_that_was_cleaned_up_is_not_there_any_more(client: httpx.AsyncClient, mill: Mill) -> None:
    made = await begun(client)
    await client.post(f"/v1/jobs/{made['job_id']}/cancel")
    before = mill.state_of(UUID(made["job_id"]))

    with mill.db.unit_of_work() as connection:
        connection.execute(text("DELETE FROM jobs"))

    assert before is State.CANCELED
    assert (await client.get(f"/api/videos/{made['job_id']}")).status_code == 404


async def test_the_routes_are_documented(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    assert "pubmed_id" in str(app.openapi()["components"]["schemas"]["PostPaper"])
    assert "get" in paths["/api/videos/{job_id}"]
    assert "requestBody" in paths["/api/videos/generate"]["post"]
