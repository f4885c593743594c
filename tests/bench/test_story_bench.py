"""Storymaker under its users: 400 of them poll every two seconds while 100 stories are in line and drawn.

Prints JSON. What it judges is that nobody was refused, nobody waited too long, and every story was told.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import pytest

from mediamill_testing.cpu import tree_seconds
from mediamill_testing.stacks import Stack, running_stack
from rig.rounds import QUICK

aiohttp = pytest.importorskip("aiohttp", reason="only `make bench` installs it")
pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

USERS, STORIES, WRITERS = (40, 10, 10) if QUICK else (400, 100, 40)
EVERY_S, TOO_LONG_S, LEAST_S = 2.0, 10.0, 20.0
SCENES, AT_ONCE = 3, 50
PLACES = "forest sea village castle mountain garden harbour desert island meadow".split()


@dataclass
class Heard:
    """What the users saw."""

    took: list[float] = field(default_factory=list)
    posted: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    said: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    too_late: int = 0


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: the conductor and the worker compete with the gateway, as on one machine they do."""
    with running_stack(tmp_path_factory.mktemp("stage")) as running:
        yield running


def test_polling_users_while_stories_are_in_line(stage: Stack) -> None:
    keys = people(stage)

    heard, cpu, seconds = asyncio.run(evening(stage, keys))

    cuts = statistics.quantiles(heard.took, n=100)
    posts = statistics.quantiles(heard.posted, n=100)
    facts = {
        "bench": f"{USERS} users poll every {EVERY_S:g} s, {STORIES} stories of {SCENES} scenes in line",
        "seconds": round(seconds, 1),
        "polls": len(heard.took),
        "polls_per_s": round(len(heard.took) / seconds, 1),
        **{f"poll_p{at}_ms": round(cuts[at - 1] * 1000, 1) for at in (50, 95, 99)},
        "poll_max_ms": round(max(heard.took) * 1000, 1),
        **{f"post_p{at}_ms": round(posts[at - 1] * 1000, 1) for at in (50, 99)},
        "gateway_cpu_ms_a_poll": round(cpu["gateway"] / len(heard.took) * 1000, 3),
        "postgres_cpu_s": round(cpu["postgres"], 1),
        "stories_told": len(heard.told),
        "timed_out": heard.too_late,
        "statuses": dict(heard.statuses),
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    assert heard.too_late == 0
    assert set(heard.statuses) == {200, 202}
    assert len(heard.told) == STORIES
    assert "Generating image 2/3..." in heard.said


def test_what_a_poll_costs(stage: Stack) -> None:
    """Fifty users poll as fast as answers come: what is spent on a poll, by part, when nothing else goes on."""
    job = stage.submit("flow.story_scenes", {"scenes": [{"scene_number": 1, "prompt": "a fox"}], "size": [320, 240]})
    done = stage.ended(job["id"])
    assert done["state"] == "succeeded"
    number = 500 if QUICK else 5000
    waiting = stage.submit("test.noop", run_at="2099-01-01T00:00:00Z")
    for name, url in {
        "a job that has ended": f"/api/job/{job['id']}",
        "a task in line": f"/api/tasks/{waiting['id']}",
    }.items():
        before = cpu_seconds(stage)
        asyncio.run(poll_at_once(stage, url, number))
        spent = {part: (after - before[part]) / number * 1000 for part, after in cpu_seconds(stage).items()}
        told = {part: round(spent[part], 3) for part in ("gateway", "postgres")}
        sys.stdout.write(json.dumps({"bench": f"a poll of {name}", "polls": number, "cpu_ms_a_poll": told}) + "\n")


async def poll_at_once(stack: Stack, url: str, number: int) -> None:
    async with aiohttp.ClientSession(stack.url, headers={"Authorization": f"Bearer {stack.key}"}) as session:

        async def poll() -> None:
            for _ in range(number // AT_ONCE):
                async with session.get(url) as answer:
                    assert answer.status == 200
                    await answer.read()

        await asyncio.gather(*[poll() for _ in range(AT_ONCE)])


async def evening(stack: Stack, keys: list[str]) -> tuple[Heard, dict[str, float], float]:
    """Have the stories begun by some of the users, then followed by all until every one is told."""
    heard = Heard()
    limit = aiohttp.TCPConnector(limit=0)
    wait = aiohttp.ClientTimeout(TOO_LONG_S)
    async with aiohttp.ClientSession(stack.url, connector=limit, timeout=wait) as session:
        jobs = await asyncio.gather(*[begin(session, keys[n % WRITERS], n, heard) for n in range(STORIES)])
        before, began = cpu_seconds(stack), time.monotonic()
        users = [follow(session, key, jobs[n % STORIES], began, heard) for n, key in enumerate(keys)]
        await asyncio.gather(*users)
        seconds = time.monotonic() - began
    return heard, {name: after - before[name] for name, after in cpu_seconds(stack).items()}, seconds


async def begin(session: aiohttp.ClientSession, key: str, number: int, heard: Heard) -> str:
    places = islice((f"a fox in the {place}, story {number}" for place in PLACES[number % 7 :]), SCENES)
    body = {"scenes": [{"prompt": prompt} for prompt in places], "size": "320x240"}
    began = time.monotonic()
    async with session.post("/api/scenes/generate-images", json=body, headers=bearer(key)) as answer:
        heard.posted.append(time.monotonic() - began)
        heard.statuses[answer.status] += 1
        return str((await answer.json())["job_id"])


async def follow(session: aiohttp.ClientSession, key: str, job: str, began: float, heard: Heard) -> None:
    """Poll on a beat of one's own until the story is told, and for the least time in any case."""
    await asyncio.sleep(random.Random(key).random() * EVERY_S)
    while True:
        asked = time.monotonic()
        try:
            async with session.get(f"/api/job/{job}", headers=bearer(key)) as answer:
                told = await answer.json()
        except TimeoutError:
            heard.too_late += 1
            continue
        heard.took.append(time.monotonic() - asked)
        heard.statuses[answer.status] += 1
        heard.said.add(told["status"])
        if told["state"] == "completed":
            heard.told.add(job)
            if time.monotonic() - began > LEAST_S:
                return
        await asyncio.sleep(max(0.0, asked + EVERY_S - time.monotonic()))


def people(stack: Stack) -> list[str]:
    """Give every user a key of the first tenant."""
    tenant = str(
        stack.sql("SELECT tenant_id FROM api_keys WHERE 'jobs' = ANY(scopes) ORDER BY created_at LIMIT 1")[0][
            "tenant_id"
        ]
    )
    with stack.client(stack.operator_key) as client:
        made = [client.post("/v1/keys", json={"tenant_id": tenant, "name": f"user {n}"}) for n in range(USERS)]
    return [str(answer.raise_for_status().json()["secret"]) for answer in made]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def cpu_seconds(stack: Stack) -> dict[str, float]:
    return {name: tree_seconds(pid) for name, pid in stack.parts().items() if name != "supervisor"}
