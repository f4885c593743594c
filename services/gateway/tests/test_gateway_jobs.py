"""Jobs: posted, read, listed, cancelled, tried again."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

JOB_FIELDS = {
    "id", "kind", "queue", "state", "priority", "input", "output", "error", "progress", "attempt", "crashes",
    "parent_id", "root_id", "provider", "cost", "total_cost", "metadata", "created_at", "started_at", "finished_at",
    "queue_position", "waiting_for", "eta",
}  # fmt: skip


async def post(client: httpx.AsyncClient, kind: str = "test.noop", **body: Any) -> dict[str, Any]:
    response = await client.post("/v1/jobs", json={"kind": kind, "input": {}, **body})
    assert response.status_code == 202, response.text
    return response.json()


async def get(client: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"/v1/jobs/{job['id']}")).json()


async def work(mill: Mill) -> None:
    await asyncio.to_thread(mill.work_until_idle)


async def test_a_posted_job_is_in_line_with_every_field(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/jobs", json={"kind": "test.noop", "input": {}, "metadata": {"user": "42"}})

    job = response.json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert set(job) == JOB_FIELDS
    assert (job["state"], job["queue"], job["queue_position"]) == ("queued", "test", 0)
    assert job["metadata"] == {"user": "42"}
    assert job["created_at"].endswith("Z")
    assert job["root_id"] == job["id"]
    assert isinstance(job["cost"], float)


async def test_a_job_that_ended_shows_its_output_and_times(client: httpx.AsyncClient, mill: Mill) -> None:
    job = await post(client)

    await work(mill)

    ended = await get(client, job)
    assert ended["state"] == "succeeded"
    assert ended["output"] == {"done": True}
    assert ended["queue_position"] is None
    assert ended["created_at"] <= ended["started_at"] <= ended["finished_at"]


async def test_a_failed_job_says_why_and_runs_again_when_it_is_retried(client: httpx.AsyncClient, mill: Mill) -> None:
    job = await post(client, "test.fail", input={"class": "permanent"})
    await work(mill)

    failed = await get(client, job)
    retried = await client.post(f"/v1/jobs/{job['id']}/retry")

    assert failed["state"] == "failed"
    assert failed["error"]["class"] == "permanent"
    assert {"code", "message", "class"} <= set(failed["error"]) <= {"code", "message", "class", "provider"}
    assert retried.status_code == 202
    assert retried.json()["state"] == "queued"


async def test_only_a_failed_job_can_be_retried(client: httpx.AsyncClient) -> None:
    job = await post(client)

    response = await client.post(f"/v1/jobs/{job['id']}/retry")

    assert response.status_code == 409


async def test_a_cancel_is_idempotent_and_changes_nothing_after_the_end(client: httpx.AsyncClient, mill: Mill) -> None:
    queued, ended = await post(client), await post(client)
    first = await client.post(f"/v1/jobs/{queued['id']}/cancel")
    await work(mill)
    before = await get(client, ended)

    again = await client.post(f"/v1/jobs/{queued['id']}/cancel")
    late = await client.post(f"/v1/jobs/{ended['id']}/cancel")

    assert (first.status_code, first.json()["state"]) == (200, "canceled")
    assert (again.status_code, again.json()["state"]) == (200, "canceled")
    assert (late.status_code, late.json()) == (200, before)


async def test_a_signal_reaches_the_job_that_waits_for_it(client: httpx.AsyncClient, mill: Mill) -> None:
    job = await post(client, "shop.signal", input={"name": "approved"})
    await work(mill)
    waiting = await get(client, job)

    response = await client.post(f"/v1/jobs/{job['id']}/signals/approved", json={"by": "Ada"})
    await work(mill)

    ended = await get(client, job)
    assert waiting["state"] == "waiting"
    assert response.status_code == 202
    assert ended["state"] == "succeeded"
    assert "Ada" in str(ended["output"])


async def test_a_signal_after_the_end_is_a_conflict(client: httpx.AsyncClient, mill: Mill) -> None:
    job = await post(client)
    await work(mill)

    response = await client.post(f"/v1/jobs/{job['id']}/signals/approved")

    assert response.status_code == 409


async def test_steps_and_children_of_a_flow_can_be_read(client: httpx.AsyncClient, mill: Mill) -> None:
    flow = await post(client, "test.fanout", input={"n": 3})
    stepped = await post(client, "test.steps", input={"n": 2})
    await work(mill)

    children = (await client.get(f"/v1/jobs/{flow['id']}/children")).json()
    steps = (await client.get(f"/v1/jobs/{stepped['id']}/steps")).json()

    assert {child["parent_id"] for child in children["data"]} == {flow["id"]}
    assert len(children["data"]) == 3
    assert [step["ordinal"] for step in steps["data"]] == [0, 1]
    assert set(steps["data"][0]) == {"ordinal", "name", "type", "state", "result", "started_at", "finished_at"}
    assert steps["next_cursor"] is None


async def test_pages_stay_stable_while_jobs_come(client: httpx.AsyncClient) -> None:
    made = [(await post(client))["id"] for _ in range(7)]

    first = (await client.get("/v1/jobs?limit=3")).json()
    await post(client)
    second = (await client.get(f"/v1/jobs?limit=3&cursor={first['next_cursor']}")).json()
    third = (await client.get(f"/v1/jobs?limit=3&cursor={second['next_cursor']}")).json()

    seen = [job["id"] for page in (first, second, third) for job in page["data"]]
    assert seen == made[::-1]
    assert third["next_cursor"] is None


async def test_the_last_full_page_has_no_cursor(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await post(client)

    page = (await client.get("/v1/jobs?limit=2")).json()

    assert (len(page["data"]), page["next_cursor"]) == (2, None)


async def test_lists_are_filtered_by_state_kind_queue_and_parent(client: httpx.AsyncClient, mill: Mill) -> None:
    flow = await post(client, "test.fanout", input={"n": 2})
    await work(mill)
    await post(client)

    async def count(query: str) -> int:
        return len((await client.get(f"/v1/jobs?{query}")).json()["data"])

    assert await count("state=queued") == 1
    assert await count("state=succeeded") == 3
    assert await count("kind=test.fanout") == 1
    assert await count("queue=shop") == 0
    assert await count(f"parent={flow['id']}&state=succeeded") == 2


async def test_a_wrong_filter_is_refused(client: httpx.AsyncClient) -> None:
    wrong = ("state=asleep", "kind=no.kind", "queue=none", "limit=0", "limit=201", "limit=x", "cursor=a", "cursor=%ff")

    for query in wrong:
        response = await client.get(f"/v1/jobs?{query}")

        assert response.status_code == 422
        assert response.json()["errors"][0]["loc"][-1] == query.partition("=")[0]


async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await post(client)
    cursor = (await client.get("/v1/jobs?limit=1")).json()["next_cursor"]

    response = await client.get(f"/v1/assets?cursor={cursor}")

    assert response.status_code == 422


async def test_queue_positions_count_what_is_ahead_in_fair_turns(
    client: httpx.AsyncClient, mill: Mill, stranger: Any
) -> None:
    for _ in range(5):
        mill.accept("test.noop", tenant_id=stranger.tenant_id)
    mine = [await post(client) for _ in range(3)]
    urgent = await post(client, priority=9)
    later = await post(client, run_at="2999-01-01T00:00:00Z")

    positions = [(await get(client, job))["queue_position"] for job in [urgent, *mine, later]]

    # 0, 1, 2, 3 of its own are ahead, and as many of the other tenant get their turn meanwhile.
    assert positions == [0, 2, 4, 6, None]
    listed = (await client.get("/v1/jobs")).json()["data"]
    assert [job["queue_position"] for job in listed] == [None, 0, 6, 4, 2]


async def test_a_place_in_a_long_line_is_the_same_in_a_list(client: httpx.AsyncClient) -> None:
    jobs = [{"kind": "test.noop", "input": {}}] * 10
    batch = (await client.post("/v1/jobs/batch", json={"jobs": jobs})).json()["data"]

    alone = [(await get(client, job))["queue_position"] for job in batch]

    assert alone == [job["queue_position"] for job in batch] == list(range(10))


async def test_many_jobs_are_accepted_in_their_order(client: httpx.AsyncClient) -> None:
    jobs = [{"kind": "test.noop", "input": {"payload": str(n)}} for n in range(50)]

    response = await client.post("/v1/jobs/batch", json={"jobs": jobs})

    body = response.json()
    assert response.status_code == 202
    assert [job["input"]["payload"] for job in body["data"]] == [str(n) for n in range(50)]
    assert [job["queue_position"] for job in body["data"]] == list(range(50))
    assert body["next_cursor"] is None


async def test_one_wrong_job_refuses_the_whole_batch_and_says_where(client: httpx.AsyncClient) -> None:
    jobs = [
        {"kind": "test.noop", "input": {}},
        {"kind": "test.sleep", "input": {"seconds": -1}},
        {"kind": "no.kind", "input": {}},
    ]

    response = await client.post("/v1/jobs/batch", json={"jobs": jobs})

    locs = [error["loc"] for error in response.json()["errors"]]
    assert response.status_code == 422
    assert locs == [["jobs", 1, "input", "seconds"], ["jobs", 2, "kind"]]
    assert (await client.get("/v1/jobs")).json()["data"] == []


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_batch_holds_1_to_1000_jobs(client: httpx.AsyncClient, count: int) -> None:
    response = await client.post("/v1/jobs/batch", json={"jobs": [{"kind": "test.noop", "input": {}}] * count})

    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["jobs"]


async def test_a_job_that_refers_to_someone_elses_asset_is_refused(client: httpx.AsyncClient, stranger: Any) -> None:
    uploaded = await client.post("/v1/assets", content=b"mine", headers=stranger.headers)
    asset_id = uploaded.json()["id"]

    response = await client.post("/v1/jobs", json={"kind": "shop.keep", "input": {"asset": asset_id}})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["loc"] == ["input", "asset"]


async def test_ids_are_uuids_of_version_7(client: httpx.AsyncClient) -> None:
    job = await post(client)

    assert UUID(job["id"]).version == 7
