"""Media tasks: what their names and parameters become, and how they are told of."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from mediamill.queues.registry import Registry, discover
from mediamill_products.tasks.table import TASKS
from mediamill_testing.harness import Mill

pytestmark = pytest.mark.anyio

ASSET = "0197f0a4-5f6e-7c3a-9d51-2b8f6a1c0e77"
README = files("mediamill_products.tasks").joinpath("README.md").read_text()


def test_every_parameter_leads_to_a_field_of_its_kind() -> None:
    kinds = discover().kinds
    installed = [task for task in TASKS.values() if task.kind in kinds]

    astray = {
        f"{task.name}: {name} → {field}"
        for task in installed
        for name, field in [*task.renamed.items(), *((field, field) for field in task.one_of_many)]
        if field not in kinds[task.kind].ask.model_fields
    }
    hidden = {
        f"{task.name}: {name}"
        for task in installed
        for name, field in task.renamed.items()
        if name in kinds[task.kind].ask.model_fields and name != field
    }

    assert len(installed) > 10
    assert astray == set()
    assert hidden == set()


def test_the_readme_tells_of_every_task_as_the_table_does() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \| (.*?) \|$", README, re.MULTILINE)

    assert [(name, kind) for name, kind, _ in rows] == [(task.name, task.kind) for task in TASKS.values()]
    for name, _, renamed in rows:
        assert dict(re.findall(r"`(\w+)` → `(\w+)`", renamed)) == TASKS[name].renamed


ASKED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("generate_scene_image", {"image_prompt": "a fox", "resolution": "640x360"}, {"size": [640, 360]}),
    ("generate_speech", {"text": "Hello.", "voice_id": "deep"}, {"voice": "deep"}),
    ("generate_script", {"prompt": "a fox", "num_scenes": 2, "duration": 20}, {"brief": "a fox", "scenes": 2}),
    ("generate_video_clip", {"video_prompt": "a fox", "duration": 3}, {"prompt": "a fox", "seconds": 3.0}),
    ("generate_character", {"name": "Mia", "character_description": "a girl"}, {"description": "a girl"}),
    ("generate_scene_images", {"scenes": [{"scene_number": 1, "prompt": "a fox"}]}, {"characters": []}),
]


async def test_a_task_is_a_job_of_its_kind(client: httpx.AsyncClient, mill: Mill) -> None:
    answers = [await client.post(f"/api/tasks/{name}", json=parameters) for name, parameters, _ in ASKED]

    for answer, (name, _, input) in zip(answers, ASKED, strict=True):
        job = mill.job(UUID(answer.json()["job_id"]))
        assert answer.status_code == 202
        assert answer.json() == {"task_id": str(job.id), "job_id": str(job.id), "task": name, "status": "pending"}
        assert (job.kind, job.metadata) == (TASKS[name].kind, {"task": name})
        assert {field: job.input[field] for field in input} == input


def test_urls_of_assets_are_taken_for_their_ids_also_where_several_are_due() -> None:
    url = f"http://gateway.test/v1/assets/{ASSET}/content?expires=1&signature=2"

    assert TASKS["merge_videos"].input({"video_urls": [url, ASSET]}) == {"clips": [ASSET, ASSET]}
    assert TASKS["generate_scene_image"].input({"reference_images": url}) == {"references": [ASSET]}
    assert TASKS["lip_sync"].input({"image_url": url, "audio_url": ASSET}) == {"portrait": ASSET, "speech": ASSET}


async def test_what_is_wrong_is_named_as_the_request_named_it(client: httpx.AsyncClient) -> None:
    wrong = await client.post("/api/tasks/generate_script", json={"prompt": "a fox", "num_scenes": 99})
    twice = await client.post("/api/tasks/generate_script", json={"prompt": "a fox", "brief": "a cat"})
    strange = await client.post("/api/tasks/merge_videos", json={"video_urls": [ASSET], "colour": "red"})
    missing = await client.post("/api/tasks/merge_videos", json={"video_urls": [ASSET]})
    no_object = await client.post("/api/tasks/merge_videos", json=[1])

    assert [answer.status_code for answer in (wrong, twice, strange, missing, no_object)] == [422] * 5
    assert wrong.json()["detail"][0]["loc"] == ["body", "num_scenes"]
    assert "'prompt' and 'brief' mean the same" in twice.text
    assert strange.json()["detail"][0]["loc"] == ["body", "colour"]
    assert missing.json()["detail"][0]["loc"] == ["body", "video_urls", 0]


async def test_an_unknown_task_is_told_from_one_whose_queue_is_not_installed(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    queues = {name: queue for name, queue in discover().queues.items() if name != "merge"}
    app.state.edge.registry = Registry(queues)

    unknown = await client.post("/api/tasks/paint_fence", json={})
    not_installed = await client.post("/api/tasks/merge_videos", json={"clips": [ASSET]})
    listed = (await client.get("/api/tasks")).json()["tasks"]

    assert (unknown.status_code, not_installed.status_code) == (404, 501)
    assert "generate_speech" in unknown.json()["detail"]
    assert "merge.concat" in not_installed.json()["detail"]
    assert {task["name"]: task["installed"] for task in listed}["merge_videos"] is False


async def test_a_task_is_told_of_in_four_words_and_to_nobody_else(
    client: httpx.AsyncClient, mill: Mill, stranger: Any
) -> None:
    task_id = (await client.post("/api/tasks/generate_speech", json={"text": "Hello."})).json()["task_id"]
    moves = {
        "running": """started_at = now(), progress = '{"current": 1, "total": 2, "message": "reading"}'""",
        "waiting": "attempt = 1",
        "failed": """error = '{"code": "permanent", "message": "No voice."}'""",
    }

    told = [(await client.get(f"/api/tasks/{task_id}")).json()]
    for state, change in moves.items():
        with mill.db.unit_of_work() as connection:
            connection.execute(text(f"UPDATE jobs SET state = '{state}', {change} WHERE id = '{task_id}'"))
        told.append((await client.get(f"/api/tasks/{task_id}")).json())

    assert [one["status"] for one in told] == ["pending", "in_progress", "in_progress", "failed"]
    assert told[1]["progress"] == {"current": 1, "total": 2, "message": "reading"}
    assert (told[3]["error"], told[3]["task"], told[3]["result"]) == ("No voice.", "generate_speech", None)
    foreign = [await client.get(f"/api/tasks/{task_id}", headers=stranger.headers) for _ in range(2)]
    assert [answer.status_code for answer in (*foreign, await client.get(f"/api/tasks/{uuid4()}"))] == [404] * 3
